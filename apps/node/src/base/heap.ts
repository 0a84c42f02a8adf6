import { setFlagsFromString } from 'node:v8'

/** Adapts V8's heap to a program that keeps most of its memory in buffers, outside the heap. */
export function tuneHeap(): void {
  // The young generation keeps the size that it has after loading, a few MiB. A burst of work, such
  // as adding thousands of torrents, would repeatedly double it up to 64 MiB, and V8 never shrinks
  // it: by far the largest memory cost of an idle torrent. Transfers keep their data outside the
  // heap, so this does not slow them down. The size itself can only be set on Node's command line;
  // its growth can be set at any time.
  setFlagsFromString('--semi-space-growth-factor=1')
  // Otherwise, every 10 MB of new buffers trigger a collection of the entire heap, however small
  // that is: eleven in a download of 256 MB. The limit applies to new buffers and those in use
  // together, so memory in use raises it.
  setFlagsFromString('--external-memory-accounted-in-global-limit')
}
