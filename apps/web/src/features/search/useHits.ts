import type { SearchHit } from '@shoal/api'
import { useEffect, useRef, useState } from 'react'
import { useNode } from '../../shared/node/context.tsx'

export const KINDS = ['any', 'video', 'audio', 'picture', 'document', 'archive', 'other'] as const
export type Kind = (typeof KINDS)[number]

interface Found {
  readonly items: readonly SearchHit[]
  readonly next: string | null
}

export interface Hits {
  /** Null before the first answer. */
  readonly found: Found | null
  /** Why the last request failed; previous results stay. */
  readonly error: unknown
  /** Searches from the beginning. */
  retry(): void
  /** Requests the next page. Does nothing while a request is running. */
  more(): void
}

/** Returns the hits for a text. A new text or kind cancels the previous request. */
export function useHits(text: string, kind: Kind): Hits {
  const { api } = useNode()
  const [found, setFound] = useState<Found | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [round, setRound] = useState(0)
  const current = useRef<AbortController | null>(null)
  const asking = useRef(false)
  const ask = (signal: AbortSignal, cursor?: string) =>
    api.search(
      { text, ...(kind === 'any' ? {} : { kind }), ...(cursor === undefined ? {} : { cursor }) },
      { signal },
    )
  const answered = (
    signal: AbortSignal,
    answer: Promise<Found>,
    show: (page: Found) => void,
    fail: (failure: unknown) => void,
  ) => {
    asking.current = true
    setError(null)
    const end = <Value>(apply: (value: Value) => void) => {
      return (value: Value) => {
        if (signal.aborted) return
        asking.current = false
        apply(value)
      }
    }
    answer.then(end(show), end(fail))
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `ask` is made of these.
  useEffect(() => {
    const controller = new AbortController()
    current.current = controller
    answered(controller.signal, ask(controller.signal), setFound, failure => {
      // Hits for the previous text do not match this one.
      setFound(null)
      setError(failure)
    })
    return () => controller.abort()
  }, [api, text, kind, round])
  const more = () => {
    const signal = current.current?.signal
    if (!signal || !found?.next || asking.current) return
    const add = (page: Found) => setFound({ items: [...found.items, ...page.items], next: page.next })
    answered(signal, ask(signal, found.next), add, setError)
  }
  return { found, error, retry: () => setRound(count => count + 1), more }
}
