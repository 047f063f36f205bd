# Sourced by a check that needs more than Rust, with the check's name and its arguments: installs Debian's packages that
# `missing` names (which takes root) and what the check's requirements.txt asks of PyPI, into target/NAME; then runs check.py.
name=$1
shift

python3 -c 'import ensurepip' 2> /dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi

venv=target/$name
[ -x $venv/bin/python ] || python3 -m venv $venv
$venv/bin/pip install --quiet --disable-pip-version-check -r tests/$name/requirements.txt

# Who names a program that is built already is spared another build.
case " $* " in
*" --uptake "*) ;;
*) cargo build --quiet ;;
esac
exec $venv/bin/python tests/$name/check.py "$@"
