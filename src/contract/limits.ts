/**
 * The sizes and addresses that image, bindings and machine agree on
 * (`docs/abi.md`, "Limits").
 *
 * @module
 */

/** A mebibyte, in bytes. */
export const MEBIBYTE = 1024 * 1024;

/** A small page, in bytes. */
export const PAGE_BYTES = 0x1000;

/** Lowest address that belongs to the image; below are the tender's structures. */
export const LOWEST_IMAGE_ADDRESS = 0x100000;

/** Guest memory comes in steps of so many bytes: the large pages that map it. */
export const MEMORY_STEP_BYTES = 0x200000;

/** The most memory a guest can have, in bytes. */
export const MOST_MEMORY_BYTES = 0x1_0000_0000;

/** The most parts of an image that are loaded: each costs the host a mapping. */
export const MOST_SEGMENTS = 256;

/** Bit of boot info's `hostFeatures`: a ring is offered. */
export const RING_OFFERED = 1;

/** What is reserved for the ring, directly behind the guest's memory, in bytes. */
export const RING_AREA_BYTES = 0x200000;

/**
 * The transmit buffers that Solo5's bindings have in every image's `.bss` since
 * they know the ring: 1024 of 2048 bytes. An image without room for them was
 * built without it.
 */
export const RING_BUFFERS_BYTES = 1024 * 2048;
