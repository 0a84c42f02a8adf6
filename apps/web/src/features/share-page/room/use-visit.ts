import { RoomVisit, type VisitMessage, type VisitState } from '@shoal/chat/visit'
import { socketConnect } from '@shoal/hub-api/rooms'
import { systemClock, systemRandom } from '@shoal/torrent/base'
import { useCallback, useEffect, useRef, useState } from 'react'
import { loadVisitor, type NamedVisitor } from './visitor.ts'

/** The state of a visit, and its actions. */
export interface Visit {
  readonly state: VisitState
  readonly problem: { readonly code: string; readonly message: string } | null
  /** Oldest first. */
  readonly messages: readonly VisitMessage[]
  readonly hasOlder: boolean
  /** Whether the room has more messages than the page shows. */
  readonly isTooLarge: boolean
  /** The name of the last visit. */
  readonly name: string
  readOlder(): void
  /** Throws `bad-argument` for a text outside the limits. */
  send(text: string, name: string): void
}

/**
 * Visits the room with this secret at a hub while the component is mounted. Null until the keys of
 * this browser are loaded.
 */
export function useVisit(hub: string, secret: Uint8Array): Visit | null {
  const [visit, setVisit] = useState<Visit | null>(null)
  const [, setFailure] = useState<unknown>(null)
  const running = useRef<RoomVisit | null>(null)
  const open = useCallback(
    (named: NamedVisitor) => {
      const { visitor, name, keepName } = named
      const show = () =>
        setVisit({
          ...{ state: room.state, problem: room.problem, messages: room.messages },
          ...{ hasOlder: room.hasOlder, isTooLarge: room.isTooLarge },
          name,
          readOlder: () => room.readOlder(),
          send(text, chosen) {
            room.send(text, chosen)
            keepName(chosen.trim())
          },
        })
      const room = new RoomVisit({
        ...{ secret, visitor, clock: systemClock, random: systemRandom, onChange: show },
        connect: socketConnect({ url: hub, isGuest: true }),
      })
      running.current = room
      show()
    },
    [hub, secret],
  )
  useEffect(() => {
    let isOver = false
    loadVisitor(secret).then(
      named => isOver || open(named),
      error =>
        // Shown by the boundary of errors.
        setFailure(() => {
          throw error
        }),
    )
    return () => {
      isOver = true
      running.current?.close()
      running.current = null
    }
  }, [open, secret])
  return visit
}
