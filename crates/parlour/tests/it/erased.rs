//! Somebody is erased on the command line: whole, also where it is killed in the middle.

use serde_json::json;

use crate::house::House;
use crate::injected::{CALLS, counted, strace};

/// In everything of hers and in nothing else.
const CANARY: &str = "zq7canary";
const HERS: &str = "email:zq7canary@example.org";
/// Points tried of each kind of call.
const POINTS: u64 = 5;

fn lines(days: std::ops::Range<u32>) -> String {
    let line = |who: &str, day: u32, words: &str| {
        format!(
            "{{\"email\":\"{who}@example.org\",\"at\":\"2024-01-{day:02}\",\"total\":\"5\",\"words\":\"{words}\"}}\n"
        )
    };
    let of_day = |day: u32| {
        let others: String = (0..12).map(|n| line(&format!("user{n}"), day, "fine")).collect();
        others + &line(CANARY, day, &format!("{CANARY} never came, I want my money back"))
    };
    days.map(of_day).collect()
}

fn import(house: &House, file: &str, days: std::ops::Range<u32>) {
    house.file(file, lines(days));
    let args = ["import", "--json", "--person", "email", "--person-kind", "email", "--verb", "=commented", "--object"];
    let more = ["=shop", "--time", "at", "--value", "total", "--currency", "=USD", "--text", "words", file];
    house.ok(&[&args[..], &more[..]].concat());
}

/// A house in which something of hers lies in the lake, in the journal and in what is kept.
fn filled() -> House {
    let house = House::new("");
    import(&house, "a.jsonl", 1..9);
    house.ok(&["compact"]);
    house.ok(&["keep"]);
    import(&house, "b.jsonl", 9..12);
    // What is due to be kept is kept while she is there.
    house.ok(&["sql", "SELECT 1"]);
    house
}

/// Files of the data folder in which she is named.
fn naming(house: &House) -> Vec<String> {
    fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries
            .flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] })
            .collect()
    }
    let named = files(house.data()).into_iter().filter(|path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(CANARY.len()).any(|window| window.eq_ignore_ascii_case(CANARY.as_bytes()))
    });
    named.map(|path| path.display().to_string()).collect()
}

fn people(house: &House) -> Vec<serde_json::Value> {
    house.rows("SELECT value FROM identity WHERE kind = 'email' ORDER BY value")
}

#[test]
fn it_asks_first_and_tells_what_went() {
    let house = filled();
    let told = house.run(&["erase", HERS]);
    assert!(told.out.contains("would erase everything of") && told.out.contains("11 post"), "{}", told.out);
    assert!(told.err.contains("--yes") && told.code == Some(1), "{}", told.err);
    assert_eq!(people(&house).len(), 13, "nothing went");
    let unknown = house.fails(&["erase", "email:nobody@example.org", "--yes"]);
    assert!(unknown.contains("there is nobody called"), "{unknown}");
    let done = house.json(&["erase", HERS, "--yes", "--json"]);
    assert_eq!(done["counts"]["events"], 11, "{done}");
    assert_eq!(done["seal"].as_str().map(str::len), Some(32));
    assert_eq!((people(&house).len(), naming(&house)), (12, Vec::new()));
    let doctor = house.json(&["doctor", "--json"]);
    assert_eq!((doctor["findings"].clone(), doctor["sums"]["erased"].clone()), (json!([]), json!(11)));
    let gone = house.fails(&["erase", HERS, "--yes"]);
    assert!(gone.contains("there is nobody called"), "{gone}");
    // Read again, the file brings everybody back but her.
    import(&house, "c.jsonl", 12..14);
    assert_eq!((people(&house).len(), naming(&house)), (12, Vec::new()));
    house.ok(&["rebuild"]);
}

#[test]
fn killed_in_the_middle_she_is_there_or_gone() {
    let house = filled();
    let args = ["erase", HERS, "--yes"];
    let whole = house.twin();
    let before = whole.state();
    let gone = house.twin();
    gone.ok(&args);
    let after = gone.state();
    let traced = house.twin();
    let trace = traced.path("trace");
    let ran = strace(&traced, &["-o", trace.to_str().unwrap(), "-e", &format!("trace={}", CALLS.join(","))], &args);
    assert!(ran.status.success(), "strace: {}", String::from_utf8_lossy(&ran.stderr));
    let (mut n_hit, mut n_finished) = (0, 0);
    for (kind, most) in counted(&std::fs::read_to_string(trace).unwrap()) {
        let points = POINTS.min(most);
        for point in 0..points {
            let n = 1 + point * most / points;
            let twin = house.twin();
            let inject = format!("inject={kind}:signal=SIGKILL:when={n}");
            let ran = strace(&twin, &["-o", "/dev/null", "-e", &format!("trace={kind}"), "-e", &inject], &args);
            n_hit += u64::from(!ran.status.success());
            // The next start finishes what was begun.
            let doctor = twin.json(&["doctor", "--json"]);
            assert_eq!(doctor["findings"], json!([]), "{inject}");
            if people(&twin).len() == 13 {
                twin.state().must_be(&before, &inject);
                twin.ok(&args);
            } else {
                n_finished += u64::from(!ran.status.success());
            }
            twin.state().must_be(&after, &inject);
            assert_eq!(naming(&twin), Vec::<String>::new(), "{inject}");
        }
    }
    eprintln!("killed at {n_hit} calls; {n_finished} erasures were finished by the next start");
    assert!(n_hit >= 10 && n_finished >= 3, "only {n_hit} of the kills hit, {n_finished} in the middle");
}
