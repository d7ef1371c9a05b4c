//! The lists against the sources, the testplan and the page.

use super::*;

#[test]
fn mutants_find_their_places() {
    let root = paths::workspace_root();
    for mutant in all() {
        let Mutant {
            name,
            patches,
            tests,
            ..
        } = mutant;
        assert!(!patches.is_empty(), "{name} changes nothing");
        assert!(!tests.is_empty(), "{name} is tested by nothing");
        let mut texts: BTreeMap<&str, String> = BTreeMap::new();
        for patch in *patches {
            let text = texts
                .entry(patch.file)
                .or_insert_with(|| fs::read_to_string(root.join(patch.file)).unwrap());
            let changed = patch.apply(text);
            let changed = changed.unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_ne!(&changed, text, "{name} changes nothing");
            *text = changed;
        }
    }
}

#[test]
fn mutants_have_names_of_their_own() {
    let names: BTreeSet<_> = all().map(|m| m.name).collect();
    assert_eq!(names.len(), all().count());
}

/// What the `rule` of all mutants says.
fn broken() -> BTreeSet<&'static str> {
    all().flat_map(|m| m.rule.split(", ")).collect()
}

#[test]
fn mutants_break_every_rule() {
    for rule in 1..=17 {
        let rule = rule.to_string();
        assert!(broken().contains(rule.as_str()), "rule {rule}");
    }
}

/// Each row of the testplan, as `row ID`, with the file it is in and the last names of its tests.
fn plan() -> Vec<(String, String, Vec<String>)> {
    let mut all = Vec::new();
    let folder = paths::workspace_root().join("testbench/data/testplan");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let rows = table.get("row").and_then(|r| r.as_array());
        for row in rows.into_iter().flatten() {
            let tests = row["tests"].as_array().unwrap().iter();
            let tests = tests.map(|t| t.as_str().unwrap().rsplit("::").next().unwrap().to_owned());
            let id = row["id"].as_str().unwrap();
            all.push((format!("row {id}"), name.clone(), tests.collect()));
        }
    }
    assert!(all.len() > 100);
    all
}

#[test]
fn mutants_break_every_row() {
    let broken = broken();
    let reasons: BTreeSet<&str> = rows::WITHOUT.iter().map(|(row, _)| *row).collect();
    for (row, file, _) in plan() {
        let has = broken.contains(row.as_str());
        let rule = row.strip_prefix("row M").unwrap_or_default();
        let rule = if rule == "T" { "timers" } else { rule };
        let of_rule = broken.contains(rule);
        let excused = reasons.contains(row.as_str());
        let elsewhere = rows::ELSEWHERE.iter().any(|(f, _)| *f == file);
        assert!(has || of_rule || excused || elsewhere, "{row} in {file}");
        assert!(
            !(has && excused),
            "{row} has a mutant and a reason to have none"
        );
    }
}

#[test]
fn mutants_of_rows_are_noticed_by_tests_of_the_row() {
    let plan = plan();
    for mutant in all() {
        for row in mutant.rule.split(", ").filter(|r| r.starts_with("row ")) {
            let found = plan.iter().find(|(id, ..)| id == row);
            let (.., tests) = found.unwrap_or_else(|| panic!("{}: no {row}", mutant.name));
            let own = mutant.tests.iter().map(|t| programs::split(t).1);
            assert!(
                own.into_iter().any(|t| tests.iter().any(|own| own == t)),
                "{}: none of its tests is one of {row}",
                mutant.name
            );
        }
    }
}

#[test]
fn choice_takes_lists_names_and_shards() {
    let count = |choice: &Choice, names: &[String]| choose(choice, names).unwrap().len();
    let all_of = Choice::default();
    let rules = Choice {
        rules: true,
        ..Choice::default()
    };
    let rows = Choice {
        rows: true,
        ..Choice::default()
    };
    assert_eq!(count(&rules, &[]), RULES.len());
    assert_eq!(count(&rules, &[]) + count(&rows, &[]), count(&all_of, &[]));
    let shards = [1, 2, 3].map(|i| Choice {
        shard: Some((i, 3)),
        ..Choice::default()
    });
    let parts: usize = shards.iter().map(|c| count(c, &[])).sum();
    assert_eq!(parts, all().count());
    assert_eq!(count(&all_of, &["any-port".into(), "no-probe".into()]), 2);
    assert!(choose(&all_of, &["no-such".into()]).is_err());
    assert_eq!(shard("2/3"), Ok((2, 3)));
    for bad in ["0/3", "4/3", "1", "a/b"] {
        assert!(shard(bad).is_err(), "{bad}");
    }
}

#[test]
fn verdict_is_told_on_a_line() {
    let mutant = &Mutant {
        name: "m",
        rule: "3, row 7",
        does: "",
        patches: &[],
        tests: &["t", "rc::u"],
    };
    let failed = ("t", Ending::Failed("left: \"1\"".into()));
    let time = Duration::from_secs(5);
    let survived = verdict(
        mutant,
        vec![failed.clone(), ("rc::u", Ending::Passed)],
        time,
        "00",
    );
    assert!(line(&survived).starts_with("survived  m "), "{survived:?}");
    assert!(line(&survived).ends_with("   5 s  rc::u"), "{survived:?}");
    let json = json(mutant, &survived).unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["verdict"], "survived");
    assert_eq!(value["failed"]["t"], "left: \"1\"");
    let killed = verdict(mutant, vec![failed], time, "00");
    assert!(line(&killed).starts_with("killed    m "), "{killed:?}");
    assert!(line(&killed).ends_with("left: \"1\""), "{killed:?}");
}

#[test]
fn mutants_page_is_up_to_date() {
    document(true).unwrap();
}

#[test]
fn patch_needs_its_text_exactly_once_bad_flow() {
    let patch = patch("f", "a", "b");
    assert_eq!(patch.apply("cat").unwrap(), "cbt");
    assert!(patch.apply("cot").is_err());
    assert!(patch.apply("banana").is_err());
}
