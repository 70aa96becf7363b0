//! Links the program at a fixed address, where the linker can.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| std::env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // Otherwise some 50,000 pointers in tables of libraries are written at each start: a tenth of the time of a short answer.
        // The price: where the program's own code lies can be known beforehand; its data and libraries still lie anywhere.
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
