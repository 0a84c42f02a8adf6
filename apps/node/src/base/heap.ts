import { setFlagsFromString } from 'node:v8'

/** Adapts V8's heap to a program that keeps most of its memory in buffers, outside of the heap. */
export function tuneHeap(): void {
  // The young generation keeps the size that loading the program gave it, a few MiB. A burst of work, such as adding thousands of torrents,
  // would double it again and again up to 64 MiB, and V8 never gives that back: by far the most memory that an idle torrent costs. What moves
  // data keeps it outside of the heap, so transfers are as fast without. The size itself can only be given on Node's command line; the growth
  // from here on can be set at any time.
  setFlagsFromString('--semi-space-growth-factor=1')
  // Otherwise every 10 MB of new buffers begin a collection of the whole heap, however small that is: eleven in a download of 256 MB. They
  // count together with the buffers that are in use, which allow more of them.
  setFlagsFromString('--external-memory-accounted-in-global-limit')
}
