import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8's young generation at the size that loading the program gave it, a few MiB. A burst of work, such as adding thousands of
 * torrents, would double it again and again up to 64 MiB, and V8 never gives that back: by far the most memory that an idle torrent
 * costs. What moves data keeps it outside of the heap, so transfers are as fast without.
 */
export function keepYoungGenerationSmall(): void {
  // The size itself can only be given on Node's command line; the growth from here on can be set at any time.
  setFlagsFromString('--semi-space-growth-factor=1')
}
