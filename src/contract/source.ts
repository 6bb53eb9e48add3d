/**
 * Where a device's frames and blocks come from: something that the tender
 * opens, or something open that was passed to it.
 *
 * @module
 */

/**
 * A descriptor that was passed to this program: 3 or above, and not close-on-exec,
 * which its own are.
 */
export interface PassedDescriptor {
  /** Its number. Once a device is attached to it, closing it is the machine's. */
  readonly descriptor: number;
  /** The name that a service manager gave it, where messages are to say that. */
  readonly listen?: string;
}

/** What a strict start holds already, under the name that the operator gave. */
export interface Held {
  /** The descriptor of it; without one it is opened by its name. */
  readonly held?: number;
}

/** Where a network device gets its frames: an interface, or an open tap. */
export type TapSource = { readonly interface: string } & Held | PassedDescriptor;

/** Where a block device has its blocks: a file or block device, or an open one. */
export type DiskSource = { readonly path: string } & Held | PassedDescriptor;

/** Writes a source as the value of a flag. */
export function spellSource(source: TapSource | DiskSource): string {
  if ("interface" in source) return source.interface;
  if ("path" in source) return source.path;
  return source.listen === undefined
    ? `@${source.descriptor}`
    : `@listen:${source.listen}`;
}
