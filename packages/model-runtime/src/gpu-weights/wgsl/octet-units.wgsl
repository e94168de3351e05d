// A row of COLUMNS numbers as units of one octet: 8 consecutive numbers.
const OCTETS = 1u;
const UNITS = (COLUMNS + 7u) / 8u;

// First column of an octet; COLUMNS or more where the row is padded.
fn octet_column(unit: u32, octet: u32) -> u32 {
  return unit * 8u;
}
