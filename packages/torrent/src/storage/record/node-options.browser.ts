/** Pages neither super-seed nor switch sources off. */
export function encodeNodeOptions(..._: unknown[]): void {}

export function decodeNodeOptions(..._: unknown[]): void {}
