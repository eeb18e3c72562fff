//! The cells: a function, and a value that it returns.

use std::fmt;

use cryptoki::error::{Rv, RvError};
use inkan_hostile_module::codes;
use inkan_pki::pkcs11::ErrorClass;
use inkan_pki::pkcs11::classify::classify;

/// When the product calls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// When the library is loaded, sessions are opened, or either is closed.
    Opening,
    /// For every signature.
    Signing,
}

/// Every function that the product calls. The test compares it with what the module has counted.
pub(crate) const FUNCTIONS: [(&str, When); 18] = [
    ("C_GetFunctionList", When::Opening),
    ("C_Initialize", When::Opening),
    ("C_GetInfo", When::Opening),
    ("C_GetSlotList", When::Opening),
    ("C_GetSlotInfo", When::Opening),
    ("C_GetTokenInfo", When::Opening),
    ("C_OpenSession", When::Opening),
    ("C_GetSessionInfo", When::Opening),
    ("C_Login", When::Opening),
    ("C_FindObjectsInit", When::Opening),
    ("C_FindObjects", When::Opening),
    ("C_FindObjectsFinal", When::Opening),
    ("C_GetAttributeValue", When::Opening),
    ("C_GetMechanismList", When::Opening),
    ("C_SignInit", When::Signing),
    ("C_Sign", When::Signing),
    ("C_CloseSession", When::Opening),
    ("C_Finalize", When::Opening),
];

/// A fault: the function returns the value, from every call, until it is lifted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) function: &'static str,
    pub(crate) when: When,
    pub(crate) name: &'static str,
    pub(crate) code: u64,
    pub(crate) class: ErrorClass,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({:?})", self.function, self.name, self.class)
    }
}

/// What the product makes of a value.
pub(crate) fn class_of(code: u64) -> ErrorClass {
    match Rv::from(code) {
        Rv::Ok => classify(RvError::FunctionFailed),
        Rv::Error(error) => classify(error),
    }
}

/// Every cell.
pub(crate) fn all() -> Vec<Cell> {
    let of = |(function, when): (&'static str, When)| {
        codes::ALL.into_iter().map(move |(name, code)| Cell {
            function,
            when,
            name,
            code,
            class: class_of(code),
        })
    };
    FUNCTIONS.into_iter().flat_map(of).collect()
}

/// The order of the cells: the first value of each class with every function, then the others.
pub(crate) fn turn(cell: &Cell) -> (bool, usize, usize) {
    let place = |code: u64| codes::ALL.iter().position(|(_, one)| *one == code);
    let first = codes::ALL
        .iter()
        .find(|(_, code)| class_of(*code) == cell.class);
    let function = FUNCTIONS
        .iter()
        .position(|(name, _)| *name == cell.function);
    (
        first.is_none_or(|(_, code)| *code != cell.code),
        place(cell.code).unwrap_or_default(),
        function.unwrap_or_default(),
    )
}

/// About the PIN: the most dangerous value for every function.
const PIN_INCORRECT: u64 = 0xa0;
/// For the login: about the PIN; locked; unclear; successful, which is a lie. After an unclear answer the PIN is sent again ten seconds
/// later, so there is only one of those.
const FOR_LOGIN: [u64; 4] = [PIN_INCORRECT, 0xa4, 0x5, 0x100];

/// The same cells at each run: signatures with the first value of each class; every other function with a value about the PIN, and
/// three classes in turn, so that each class meets several functions.
pub(crate) fn part() -> Vec<Cell> {
    let all = all();
    let mut first: Vec<u64> = Vec::new();
    for cell in &all {
        let known = |code: &u64| class_of(*code) == cell.class;
        if !first.iter().any(known) {
            first.push(cell.code);
        }
    }
    let chosen = |cell: &Cell| {
        let place = FUNCTIONS
            .iter()
            .position(|(name, _)| *name == cell.function);
        let turn = place.unwrap_or_default() * 3;
        let in_turn = (turn..turn + 3).any(|at| first.get(at % first.len()) == Some(&cell.code));
        match cell.function {
            "C_Login" => FOR_LOGIN.contains(&cell.code),
            "C_Sign" => first.contains(&cell.code),
            _ => cell.code == PIN_INCORRECT || in_turn,
        }
    };
    all.iter().filter(|cell| chosen(cell)).copied().collect()
}

#[test]
fn the_part_has_every_function_and_every_class() {
    let (part, all) = (part(), all());
    for (function, _) in FUNCTIONS {
        assert!(part.iter().any(|cell| cell.function == function));
    }
    for cell in &all {
        assert!(part.iter().any(|one| one.class == cell.class), "{cell}");
    }
    assert_eq!(all.len(), FUNCTIONS.len() * codes::ALL.len());
}
