import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { CameraCoder } from './CameraCoder.js';
import type { FrameState, StateSchema } from './FrameState.js';
import { NameTable } from './NameTable.js';
import { checkRow, ObjectCoder } from './ObjectCoder.js';
import { CAMERA_ROW, CAMERA3D_FLOATS, CAMERA3D_ROW, OBJECT_ROW, QuantisedState } from './QuantisedState.js';

const VALUE_NUMBERS = 2 * LIMITS.values;

/**
 * The state codec with all that both sides remember: the last state, names, probabilities. Written once for both
 * directions; `StateEncoder` and `StateDecoder` are its two faces.
 *
 * @example
 * ```ts
 * const model = new StateModel(schema);
 * model.read(state);
 * model.code(encoder);
 * ```
 */
export class StateModel {
  private previous: QuantisedState;
  private current: QuantisedState;
  private readonly names = new NameTable();
  private readonly cameras = new CameraCoder();
  private readonly objects = new ObjectCoder();
  private readonly values = createModel(VALUE_NUMBERS + 2 * SIGNED_MODEL);
  private readonly valueMoved = new Uint8Array(LIMITS.values);

  /** @throws SgapsError for a schema that cannot be coded. */
  constructor(private readonly schema: StateSchema) {
    this.previous = new QuantisedState(schema);
    this.current = new QuantisedState(schema);
  }

  /** Forgets everything. */
  reset(): void {
    this.previous.reset();
    this.current.reset();
    this.names.reset();
    this.cameras.reset();
    this.objects.reset();
    resetModel(this.values);
    this.valueMoved.fill(0);
  }

  /** Sets the state to be coded next; never throws on what a game says. */
  read(state: FrameState): void {
    this.current.read(state, this.names);
  }

  /** Codes the state; afterwards it is the one the next is compared with. @throws SgapsError on malformed bytes */
  code(coder: RangeCoder): void {
    const { previous, current } = this;
    this.names.code(coder);
    this.cameras.code(coder, previous, current);
    this.objects.code(coder, previous, current, this.names.size);
    for (let i = 0; i < current.values.length; i++) {
      const before = previous.values[i];
      const moved = coder.bit(this.values, 2 * i + this.valueMoved[i], current.values[i] !== before ? 1 : 0);
      const type = VALUE_NUMBERS + (this.schema.values[i].type === 'int' ? 0 : SIGNED_MODEL);
      const difference = moved === 1 ? codeSigned(coder, this.values, type, (current.values[i] - before) | 0) : 0;
      current.values[i] = (before + difference) | 0;
      this.valueMoved[i] = moved;
    }
    this.previous = current;
    this.current = previous;
  }

  /** The state coded last, in fresh objects, the same on both sides. */
  state(): FrameState {
    return this.previous.toFrameState(this.names);
  }

  /** Rounded view of the first 2D camera coded last, in grid pixels; 0 without one. */
  get scrollX(): number {
    return this.previous.cameraCount > 0 ? (this.previous.cameras[1] + 32) >> 6 : 0;
  }

  /** As `scrollX`, downwards. */
  get scrollY(): number {
    return this.previous.cameraCount > 0 ? (this.previous.cameras[2] + 32) >> 6 : 0;
  }

  /** Appends all that is remembered, for a decoder snapshot. */
  save(writer: ByteWriter): void {
    const { previous, objects } = this;
    const names = this.names.list();
    writer.u16(names.length);
    for (const name of names) {
      writer.u8(name.length);
      for (let i = 0; i < name.length; i++) writer.u16(name.charCodeAt(i));
    }
    writeModel(writer, this.names.probabilities);
    writer.u8(previous.cameraCount);
    writeInts(writer, previous.cameras, previous.cameraCount * CAMERA_ROW);
    writer.u8(previous.camera3dCount);
    writeInts(writer, previous.cameras3d, previous.camera3dCount * CAMERA3D_ROW);
    for (let i = 0; i < previous.camera3dCount * CAMERA3D_FLOATS; i++) {
      writer.f32(previous.floats[i]);
      writer.f32(this.cameras.speeds[i]);
    }
    writeModel(writer, this.cameras.model);
    writer.u16(previous.objectCount);
    writeInts(writer, previous.objects, previous.objectCount * OBJECT_ROW);
    writer.i32(objects.lastId);
    writeInts(writer, objects.templates, objects.templates.length);
    for (let i = 0; i <= names.length; i++) writer.u16(objects.nextFrame[i]);
    writeModel(writer, objects.model);
    writeInts(writer, previous.values, previous.values.length);
    writer.bytes(this.valueMoved);
    writeModel(writer, this.values);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` */
  restore(reader: ByteReader): void {
    this.reset();
    const { previous, objects } = this;
    const nameCount = bounded(reader.u16('name count'), LIMITS.names - 1, 'names');
    const names: string[] = [];
    for (let i = 0; i < nameCount; i++) {
      const length = bounded(reader.u8('name length'), LIMITS.nameLength, 'name length');
      let name = '';
      for (let k = 0; k < length; k++) name += String.fromCharCode(reader.u16('name'));
      names.push(name);
    }
    this.names.restore(names);
    readModel(reader, this.names.probabilities);
    previous.cameraCount = bounded(reader.u8('cameras'), LIMITS.cameras, 'cameras');
    readInts(reader, previous.cameras, previous.cameraCount * CAMERA_ROW);
    for (let i = 0; i < previous.cameraCount; i++) {
      const [, , , , rotation, , , width, height] = previous.cameras.subarray(i * CAMERA_ROW, (i + 1) * CAMERA_ROW);
      if (rotation < 0 || rotation > 65535 || width < 0 || height < 0) throw SgapsError.malformed('2D camera');
    }
    previous.camera3dCount = bounded(reader.u8('3D cameras'), LIMITS.cameras, '3D cameras');
    readInts(reader, previous.cameras3d, previous.camera3dCount * CAMERA3D_ROW);
    for (let i = 0; i < previous.camera3dCount * CAMERA3D_FLOATS; i++) {
      previous.floats[i] = finite(reader.f32('camera matrix'));
      this.cameras.speeds[i] = finite(reader.f32('camera matrix'));
    }
    readModel(reader, this.cameras.model);
    previous.objectCount = bounded(reader.u16('objects'), LIMITS.objects, 'objects');
    readInts(reader, previous.objects, previous.objectCount * OBJECT_ROW);
    for (let i = 0; i < previous.objectCount; i++) checkRow(previous.objects, i * OBJECT_ROW, this.names.size);
    objects.lastId = reader.i32('object id');
    readInts(reader, objects.templates, objects.templates.length);
    for (let i = 0; i < objects.templates.length; i += OBJECT_ROW) checkRow(objects.templates, i, this.names.size);
    for (let i = 0; i <= nameCount; i++) objects.nextFrame[i] = bounded(reader.u16('next frame'), nameCount, 'name index');
    readModel(reader, objects.model);
    readInts(reader, previous.values, previous.values.length);
    const moved = reader.bytes(LIMITS.values, 'values');
    for (let i = 0; i < moved.length; i++) this.valueMoved[i] = moved[i] & 1;
    readModel(reader, this.values);
  }
}

/**
 * A state as the other side will see it: every number on the steps `FrameState` documents, lists within `LIMITS`.
 *
 * @example
 * ```ts
 * quantiseFrameState({ cameras: [], cameras3d: [], objects: [], values: [0.1] }, schema).values[0]; // 0.1015625
 * ```
 */
export function quantiseFrameState(state: FrameState, schema: StateSchema): FrameState {
  const names = new NameTable();
  const quantised = new QuantisedState(schema);
  quantised.read(state, names);
  return quantised.toFrameState(names);
}

function bounded(value: number, limit: number, what: string): number {
  if (value > limit) throw SgapsError.limit(what, value, limit);
  return value;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw SgapsError.malformed('camera matrix');
  return value;
}

function writeInts(writer: ByteWriter, numbers: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) writer.i32(numbers[i]);
}

function readInts(reader: ByteReader, numbers: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) numbers[i] = reader.i32('codec state');
}
