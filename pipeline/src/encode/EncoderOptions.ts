import type { SgapsError } from '@sgaps/protocol';

/**
 * What encoders can be told; each takes what concerns it.
 *
 * @example
 * ```ts
 * const options: EncoderOptions = { quality: 80, chroma: '4:2:0' };
 * ```
 */
export interface EncoderOptions {
  /** Of JPEG, 1 … 100 (default 90). */
  readonly quality?: number;
  /** Of JPEG (default 4:4:4: text and thin lines of games keep their colours). */
  readonly chroma?: '4:4:4' | '4:2:0';
  /** Of H.264, bits a second at 30 pictures a second (default by size: 2,000,000 for 320×180, 16,000,000 for 1280×720). */
  readonly bitrate?: number;
  /** Of H.264: true asks for a hardware encoder, false for software (default true where the machine offers one). Software steps in where hardware fails. */
  readonly hardware?: boolean;
  /** Where `debug` saves pictures (default: `sgaps-frames` in the folder for temporary files). */
  readonly folder?: string;
  /** Told, once, of what went wrong without costing a picture (default: a warning of the process). */
  readonly warn?: (error: SgapsError) => void;
}
