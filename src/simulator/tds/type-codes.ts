/** Data type codes on the wire (MS-TDS 2.2.5.4). */
export const typeCode = {
  null: 0x1f,
  image: 0x22,
  text: 0x23,
  guid: 0x24,
  legacyVarbinary: 0x25,
  intN: 0x26,
  legacyVarchar: 0x27,
  dateN: 0x28,
  timeN: 0x29,
  datetime2N: 0x2a,
  datetimeoffsetN: 0x2b,
  legacyBinary: 0x2d,
  legacyChar: 0x2f,
  int1: 0x30,
  bit: 0x32,
  int2: 0x34,
  int4: 0x38,
  smalldatetime: 0x3a,
  float4: 0x3b,
  money: 0x3c,
  datetime: 0x3d,
  float8: 0x3e,
  variant: 0x62,
  ntext: 0x63,
  bitN: 0x68,
  decimalN: 0x6a,
  numericN: 0x6c,
  floatN: 0x6d,
  moneyN: 0x6e,
  datetimeN: 0x6f,
  smallmoney: 0x7a,
  int8: 0x7f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  nvarchar: 0xe7,
  nchar: 0xef,
  xml: 0xf1,
} as const;

/** Length field that says (max) in a type and NULL in a value. */
export const maxLength = 0xffff;
/** PLP_NULL and PLP_UNKNOWN_LEN (MS-TDS 2.2.5.2.3). */
export const plpNull = 0xffff_ffff_ffff_ffffn;
export const plpUnknown = 0xffff_ffff_ffff_fffen;
