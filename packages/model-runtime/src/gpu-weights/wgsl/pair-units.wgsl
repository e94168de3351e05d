// A row of COLUMNS numbers as units of two octets from neighbouring blocks of 32: four units cover 64 columns.
const OCTETS = 2u;
const UNITS = (COLUMNS + 63u) / 64u * 4u;

// First column of an octet; COLUMNS or more where the row is padded.
fn octet_column(unit: u32, octet: u32) -> u32 {
  return unit / 4u * 64u + unit % 4u * 8u + octet * 32u;
}
