//! Rule files taken apart: white space, line ends, quotes and comments at random, what they say left as it is.

/// What a piece of a text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Blanks and line ends.
    Space,
    /// From `#` to the end of its line.
    Comment,
    /// With its quotes.
    Quoted,
    /// Anything else without a blank.
    Word,
}

/// A piece of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece<'a> {
    pub kind: Kind,
    pub text: &'a str,
}

/// The pieces of a text. A quote that is not closed on its line is a word.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let is_space = |sign: char| sign.is_whitespace() || sign == '\u{feff}';
        let line = rest.find('\n').unwrap_or(rest.len());
        let (kind, length) = match rest.chars().next().unwrap() {
            sign if is_space(sign) => (Kind::Space, rest.find(|sign| !is_space(sign)).unwrap_or(rest.len())),
            '#' => (Kind::Comment, line),
            '"' if rest.starts_with("\"\"\"") => {
                (Kind::Quoted, rest[3..].find("\"\"\"").map_or(rest.len(), |end| end + 6))
            }
            '"' => (Kind::Quoted, closing(&rest[..line])),
            '“' => (Kind::Quoted, rest[..line].find('”').map_or(line, |end| end + '”'.len_utf8())),
            _ => {
                let ends = |sign: char| is_space(sign) || matches!(sign, '#' | '"' | '“');
                (Kind::Word, rest.find(ends).unwrap_or(rest.len()))
            }
        };
        pieces.push(Piece { kind, text: &rest[..length] });
        at += length;
    }
    pieces
}

/// How long a text in straight quotes is; a quote behind a backslash does not end it.
fn closing(line: &str) -> usize {
    let mut is_escaped = false;
    for (at, sign) in line.char_indices().skip(1) {
        match sign {
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = sign == '\\' && !is_escaped,
        }
    }
    line.len()
}

/// Numbers that follow from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn blanks(&mut self) -> &'static str {
        [" ", "  ", "\t", " \t ", "       "][self.below(5)]
    }
}

/// The same text with other white space. Blank lines stay blank lines, and a comment stays alone or beside what it was;
/// in `.rules`, a line may be broken or go on where it did not, and a text's quotes may be curly.
pub fn white_space(text: &str, is_toml: bool, seed: u64) -> String {
    let mut chance = Chance(seed);
    let line_end = if chance.one_in(2) { "\n" } else { "\r\n" };
    let pieces = pieces(text);
    let mut mangled = if chance.one_in(3) { "\u{feff}".to_owned() } else { String::new() };
    for (at, piece) in pieces.iter().enumerate() {
        let (before, next) = (at.checked_sub(1).map(|at| &pieces[at]), pieces.get(at + 1));
        match piece.kind {
            Kind::Space => {
                mangled.push_str(&space(&mut chance, piece.text, before, next, is_toml).replace('\n', line_end));
            }
            Kind::Comment => {
                mangled.push_str(piece.text);
                mangled.push_str(["", " ", "\t "][chance.below(3)]);
            }
            Kind::Quoted if !is_toml && piece.text.starts_with('"') && chance.one_in(3) => {
                mangled.push_str(&format!("“{}”", piece.text.trim_matches('"')));
            }
            Kind::Quoted | Kind::Word => mangled.push_str(piece.text),
        }
    }
    mangled
}

/// True beside a month's name: a date stays on its line.
fn is_in_date(before: Option<&Piece<'_>>, next: Option<&Piece<'_>>) -> bool {
    let months = ["January", "April", "July", "September", "October"];
    [before, next].into_iter().flatten().any(|piece| months.contains(&piece.text))
}

/// Other white space in the place of some.
fn space(
    chance: &mut Chance,
    text: &str,
    before: Option<&Piece<'_>>,
    next: Option<&Piece<'_>>,
    is_toml: bool,
) -> String {
    let is_comment = |piece: Option<&Piece<'_>>| piece.is_some_and(|piece| piece.kind == Kind::Comment);
    let lines = text.matches('\n').count();
    if lines == 0 && (is_toml || is_in_date(before, next)) {
        return chance.blanks().to_owned();
    }
    let touches_comment = is_comment(before) || is_comment(next);
    let is_dash = next.is_some_and(|next| next.text == "-");
    let joins = lines == 1 && !is_toml && !touches_comment && next.is_some() && !is_dash && chance.one_in(4);
    let splits = lines == 0 && !touches_comment && chance.one_in(4);
    if joins || (lines == 0 && !splits) {
        return chance.blanks().to_owned();
    }
    let count = if lines > 1 { 2 + chance.below(3) } else { 1 };
    let mut space = String::new();
    for _ in 0..count {
        space.push_str(["", " ", "\t"][chance.below(3)]);
        space.push('\n');
    }
    // A comment keeps to the edge or keeps off it; a list's lines stay left of those that go on with them.
    let indent = match next {
        None => 0,
        Some(next) if next.kind == Kind::Comment && text.ends_with('\n') => 0,
        Some(next) if next.kind == Kind::Comment => 1 + chance.below(12),
        Some(_) if is_toml => chance.below(9),
        Some(next) if next.text == "-" => text.rsplit('\n').next().map_or(0, str::len),
        Some(_) => 20 + chance.below(9),
    };
    space + &" ".repeat(indent)
}

/// The same text with comments wherever there is white space: in TOML, only where a line ends.
pub fn with_comments(text: &str, is_toml: bool, seed: u64) -> String {
    let mut chance = Chance(seed);
    let often = 1 + chance.below(40);
    let mut count = 0;
    let pieces = pieces(text);
    let mut mangled = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let follows_comment = at > 0 && pieces[at - 1].kind == Kind::Comment;
        let lines = piece.text.matches('\n').count();
        let is_in_date = is_in_date(at.checked_sub(1).map(|at| &pieces[at]), pieces.get(at + 1));
        let has_place =
            piece.kind == Kind::Space && !follows_comment && (lines > 0 || !is_toml) && !(lines == 0 && is_in_date);
        if !(has_place && chance.one_in(often)) {
            mangled.push_str(piece.text);
            continue;
        }
        count += 1;
        let place = ["", " ", "\n", "\n\n", "\n   ", "\n\n   "][chance.below(6)];
        // Deep enough for a line that goes on with a list's.
        let indent = if piece.text.contains('\n') { piece.text.to_owned() } else { format!("\n{}", " ".repeat(30)) };
        mangled.push_str(&format!("{place}# comment {count}{indent}"));
    }
    mangled
}
