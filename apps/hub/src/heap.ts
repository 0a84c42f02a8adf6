import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8's young generation small. Packets leave only short-lived garbage, for which V8 would use
 * 48 MB, more than a million peers need; a few MB are collected just as fast. The size itself can
 * only be set on Node's command line, but further growth can be stopped at any time.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
