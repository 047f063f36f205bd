use super::*;

fn read(text: &str) -> CodeList {
    CodeList::read("list.csv", text.as_bytes(), None).unwrap()
}

fn faults(text: &str) -> Vec<(u64, RowFault)> {
    read(text).select(None).unwrap().faults
}

fn id(digits: &str) -> ConceptId {
    ConceptId::parse(digits).unwrap()
}

#[test]
fn columns_go_by_name_and_a_code_counts_once() {
    let full = "type,id,nm,dmd_id,bnf\n\nvmp,7,\"Vaccine, \"\"live\"\"\",38598009,x\r\namp,8, Other  term ,170433008,\nvmp,9,again,38598009,\n";
    let selection = read(full).select(None).unwrap();
    let codes: Vec<_> = selection.codes.iter().map(|(code, term)| (code.to_string(), term.as_str())).collect();
    assert_eq!(codes, [("38598009".to_owned(), "Vaccine, \"live\""), ("170433008".to_owned(), "Other term")]);
    assert_eq!((selection.repeated, selection.faults.len()), (1, 0));
}

#[test]
fn every_faulty_code_is_named_with_its_line() {
    let text = "code,term\n38598009,ok\n\n1.66281E+14,a\n38598008,b\n64572019,c\n,d\nXaLOr,e\n38598009.0,f\n308081000000100,g\n13968211000001100,h\n";
    let found = faults(text);
    let column = || "code".to_owned();
    assert_eq!(found[0], (4, RowFault::Scientific(column())));
    assert_eq!(found[1], (5, RowFault::CheckDigit(column())));
    assert!(matches!(found[2], (6, RowFault::CheckDigit(_) | RowFault::Partition(_))));
    assert_eq!(found[3], (7, RowFault::NoCode(column())));
    assert_eq!(found[4], (8, RowFault::NotAnId(column())));
    assert_eq!(found[5], (9, RowFault::Scientific(column())));
    assert_eq!(found[6], (10, RowFault::CheckDigit(column())));
    assert_eq!(found[7], (11, RowFault::Rounded(column())));
}

#[test]
fn quotes_and_commas_astray_are_faults() {
    assert_eq!(faults("code,term\n38598009,measles, mumps\n"), [(2, RowFault::TooManyCells { found: 3, expected: 2 })]);
    assert_eq!(faults("code,term\n38598009\n"), [(2, RowFault::TooFewCells { found: 1, expected: 2 })]);
    assert_eq!(
        faults("code,term\n38598009,\"open\n170433008,b\n170431005,c\n"),
        [(2, RowFault::OpenQuote { lines: 3 })]
    );
    // A note of several lines beside the code is nobody's business, nor are empty cells beyond the header.
    assert_eq!(faults("code,term,note\n38598009,a,\"one\ntwo\"\n170433008,b,,,\n"), []);
}

#[test]
fn a_refset_is_chosen_by_cluster_or_id() {
    let text = "Cluster_ID\tCluster_Desc\tActive_in_Refset\tRefsetId\tConceptId\tConceptId_Description\n\
        A_COD\tFirst\t1\t999000001\t38598009\tone\nA_COD\tFirst\t0\t999000001\t170433008\ttwo\n\
        B_COD\tSecond\t1\t999000002\t12\tbad\nB_COD\tSecond\tperhaps\t999000002\t170433008\ttwo\n";
    let list = read(text);
    assert_eq!(list.form, CodeListForm::Refset);
    assert_eq!(list.select(None), Err(ChoiceError::Several));
    assert_eq!(list.select(Some("c_cod")), Err(ChoiceError::Unknown));
    let first = list.select(Some("a_cod")).unwrap();
    assert_eq!((first.codes.len(), first.retired, first.faults.len()), (1, 1, 0));
    assert_eq!(list.select(Some("999000001")).unwrap(), first);
    let lines: Vec<u64> = list.select(Some("B_COD")).unwrap().faults.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [4, 5]);
}

#[test]
fn a_row_of_no_refset_concerns_every_choice() {
    let text = "SNOMED_code,SNOMED_code_description,PCD Refset ID\n38598009,one,999000001\n170433008,two,\n";
    assert_eq!(faults(text), [(3, RowFault::NoRefset)]);
}

#[test]
fn encodings_are_told_apart() {
    let text = "code,term\n38598009,Vaccin rougeole – été\n";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked_16 = [&[0xFF, 0xFE], utf_16.as_slice()].concat();
    let marked = ["\u{feff}".as_bytes(), text.as_bytes()].concat();
    let windows = b"code,term\r\n38598009,Vaccin rougeole \x96 \xE9t\xE9\r\n".to_vec();
    for (bytes, encoding) in [
        (marked, "UTF-8"),
        (windows, "windows-1252"),
        (utf_16, "UTF-16LE"),
        (marked_16, "UTF-16LE"),
        (text.as_bytes().to_vec(), "UTF-8"),
    ] {
        let list = CodeList::read("list.csv", &bytes, None).unwrap();
        assert_eq!(list.encoding, encoding);
        assert_eq!(list.select(None).unwrap().codes[&id("38598009")], "Vaccin rougeole – été");
    }
}

#[test]
fn files_of_another_kind_are_refused() {
    let refused =
        |text: &str, form| CodeList::read("f", text.as_bytes(), form).map(|list| list.form).unwrap_err().to_string();
    assert!(refused("code,term,is_included\n38598009,a,+\n", None).contains("definition of a list"));
    assert!(
        refused("id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\n", None)
            .contains("release file")
    );
    assert!(refused("PK\u{3}\u{4}", None).contains("workbook"));
    assert!(refused(" \n", None).contains("is empty"));
    assert!(refused("patient,date\n1,2\n", None).contains("its first line has `patient`, `date`: name the one"));
    assert!(refused("xyzzy,9434765919\n1,2\n", None).contains("its first line has 2 columns of other names: name"));
    assert!(refused("code,code\n1,2\n", None).contains("`code` twice"));
    assert!(refused("code,term\n1,2\n", Some(CodeListForm::Refset)).contains("--from opencodelists"));
}

#[test]
fn a_preamble_is_passed_over() {
    let list = read(
        "PCD reference sets,2027-04-01,,\n,,,\nCluster_ID,SNOMED_code,SNOMED_code_description,PCD Refset ID\nA_COD,38598009,one,999000001\n",
    );
    assert_eq!(list.refsets[0].cluster, "A_COD");
    assert_eq!(list.select(None).unwrap().codes.len(), 1);
}
