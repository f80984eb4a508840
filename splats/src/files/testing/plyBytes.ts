/** Kinds of number, by the names that headers use. */
const SIZES: Record<string, number> = {
  char: 1,
  uchar: 1,
  short: 2,
  ushort: 2,
  int: 4,
  uint: 4,
  float: 4,
  float32: 4,
  double: 8,
  float64: 8,
};

/** A table of a PLY file: properties as in the header ("float x", "list uchar int faces"), and rows with a number or a list for each. */
export interface TestElement {
  name: string;
  properties: string[];
  rows: (number | number[])[][];
}

/** A PLY file in any of its formats. */
export function plyBytes(format: string, elements: TestElement[], comments: string[] = []): Uint8Array {
  const lines = elements.flatMap(({ name, properties, rows }) => [
    `element ${name} ${rows.length}`,
    ...properties.map((property) => `property ${property}`),
  ]);
  const header = [
    'ply',
    `format ${format} 1.0`,
    ...comments.map((comment) => `comment ${comment}`),
    ...lines,
    'end_header',
    '',
  ].join('\n');
  if (format === 'ascii') {
    const body = elements.flatMap(({ rows }) =>
      rows.map((row) => row.map((value) => (Array.isArray(value) ? [value.length, ...value] : [value]).join(' ')).join(' ')),
    );
    return new TextEncoder().encode(`${header}${body.join('\n')}\n`);
  }
  const body: number[] = [];
  const littleEndian = format === 'binary_little_endian';
  const put = (type: string, value: number) => {
    const bytes = new Uint8Array(SIZES[type]);
    const view = new DataView(bytes.buffer);
    if (type === 'float' || type === 'float32') view.setFloat32(0, value);
    else if (type === 'double' || type === 'float64') view.setFloat64(0, value);
    else if (SIZES[type] === 4) view.setInt32(0, value);
    else if (SIZES[type] === 2) view.setInt16(0, value);
    else view.setInt8(0, value);
    body.push(...(littleEndian ? bytes.reverse() : bytes));
  };
  for (const { properties, rows } of elements)
    for (const row of rows)
      properties.forEach((property, column) => {
        const value = row[column];
        const [kind, lengthType, itemType] = property.split(' ');
        if (!Array.isArray(value)) return put(kind, value);
        put(lengthType, value.length);
        for (const item of value) put(itemType, item);
      });
  return Uint8Array.from([...new TextEncoder().encode(header), ...body]);
}
