//! What the papers show is what the program does.

use crate::place::Place;
use std::path::Path;

/// Each `console` block of the README: a command, and the output that it claims.
fn shown(readme: &str) -> Vec<(&str, &str)> {
    let blocks = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter_map(|block| block.strip_prefix("$ fineprint ")?.split_once('\n')).collect()
}

#[test]
fn the_readme_shows_the_real_output() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let shown = shown(&readme);
    assert!(!shown.is_empty());
    for (command, output) in shown {
        // No argument of these commands has both blanks and double quotes but those in single quotes.
        let args: Vec<&str> = command.split('\'').enumerate().flat_map(|(at, part)| split(at % 2 == 1, part)).collect();
        let place = Place::new();
        let run = place.command(&args).current_dir(root).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stdout), output, "{command}");
    }
}

fn split(quoted: bool, part: &str) -> Vec<&str> {
    if quoted { vec![part] } else { part.split_whitespace().collect() }
}
