import { setFlagsFromString } from 'node:v8'

/**
 * What a packet leaves behind is garbage at once. V8 would let 48 MB of it gather, more than a million peers take; a few are collected as quickly.
 * The size itself can only be given on Node's command line; the growth from here on can be set at any time.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
