import { SgapsError } from '@sgaps/protocol';
import { PLY_BYTES, type PlyElement, type PlyProperty, type PlyType, shown } from './plyHeader.js';

/** Gives the rows of one element of a PLY body, one after the other. */
export interface PlyRows {
  /** Puts the wanted properties of the next row into `values`, in the order in which they were asked for. Throws `BYTES_TRUNCATED` or `BYTES_MALFORMED`. */
  next(values: Float64Array): void;
}

/** Bytes of each row, 0 where lists make them differ. Throws `BYTES_TRUNCATED` where the rows, lists being empty, are more than the bytes that are left. */
function strideOf(bytes: Uint8Array, at: number, { name, count, properties }: PlyElement): number {
  let least = 0;
  for (const { type, lengthType } of properties) least += PLY_BYTES[lengthType ?? type];
  if (count * least > bytes.length - at) throw SgapsError.truncated(`the PLY element "${shown(name)}" of ${count} rows`);
  return properties.every(({ lengthType }) => lengthType === null) ? least : 0;
}

/** Rows of numbers as a machine has them. */
export class BinaryRows implements PlyRows {
  private readonly view: DataView;
  private readonly properties: readonly PlyProperty[];
  /** Where in a row each wanted value is; laid anew for each row where lists precede them. */
  private readonly offsets: Int32Array;
  private readonly doubles: Uint8Array;
  /** For each property which wanted one it is, or −1. */
  private readonly slots: Int32Array;
  /** Bytes of every row; 0 where lists make them differ. */
  private readonly stride: number;

  /**
   * Rows of an element whose first is at `at`. The wanted properties must be there, float32 or float64.
   *
   * @throws SgapsError `BYTES_TRUNCATED` where so many rows can't be in the bytes.
   */
  constructor(
    bytes: Uint8Array,
    private at: number,
    element: PlyElement,
    wanted: readonly number[],
    private readonly littleEndian: boolean,
  ) {
    const { properties } = element;
    this.view = viewOf(bytes);
    this.properties = properties;
    this.slots = new Int32Array(properties.length).fill(-1);
    for (let slot = 0; slot < wanted.length; slot++) this.slots[wanted[slot]] = slot;
    this.doubles = Uint8Array.from(wanted, (property) => (properties[property].type === 'float64' ? 1 : 0));
    this.offsets = new Int32Array(wanted.length);
    this.stride = strideOf(bytes, at, element);
    if (this.stride > 0 && element.count > 0) this.lay();
  }

  next(values: Float64Array): void {
    const { view, offsets, doubles, littleEndian } = this;
    const size = this.stride || this.lay();
    for (let slot = 0; slot < offsets.length; slot++) {
      const at = this.at + offsets[slot];
      values[slot] = doubles[slot] === 1 ? view.getFloat64(at, littleEndian) : view.getFloat32(at, littleEndian);
    }
    this.at += size;
  }

  /** Notes where the wanted values of the row at `at` are; its bytes. */
  private lay(): number {
    let at = this.at;
    for (let property = 0; property < this.properties.length; property++) {
      if (this.slots[property] >= 0) this.offsets[this.slots[property]] = at - this.at;
      at = afterProperty(this.view, at, this.properties[property], this.littleEndian);
    }
    return at - this.at;
  }
}

/** Where the bytes of an element's rows end. */
export function afterBinaryElement(bytes: Uint8Array, at: number, element: PlyElement, littleEndian: boolean): number {
  const { count, properties } = element;
  const stride = strideOf(bytes, at, element);
  if (stride > 0 || properties.length === 0) return at + count * stride;
  const view = viewOf(bytes);
  let end = at;
  for (let row = 0; row < count; row++) for (const property of properties) end = afterProperty(view, end, property, littleEndian);
  return end;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function afterProperty(view: DataView, at: number, { name, type, lengthType }: PlyProperty, littleEndian: boolean): number {
  let end = at + PLY_BYTES[lengthType ?? type];
  if (end <= view.byteLength && lengthType) {
    const length = integerAt(view, at, lengthType, littleEndian);
    if (length < 0) throw SgapsError.malformed(`length ${length} of the PLY list "${shown(name)}"`);
    end += length * PLY_BYTES[type];
  }
  if (end > view.byteLength) throw SgapsError.truncated(`the PLY property "${shown(name)}"`);
  return end;
}

function integerAt(view: DataView, at: number, type: PlyType, littleEndian: boolean): number {
  if (type === 'uint8') return view.getUint8(at);
  if (type === 'int8') return view.getInt8(at);
  if (type === 'uint16') return view.getUint16(at, littleEndian);
  if (type === 'int16') return view.getInt16(at, littleEndian);
  if (type === 'uint32') return view.getUint32(at, littleEndian);
  return view.getInt32(at, littleEndian);
}
