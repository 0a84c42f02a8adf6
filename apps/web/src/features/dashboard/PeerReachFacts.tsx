import { type PeerReach, type PortMapping, portMappingWords } from '@shoal/api'
import { useEffect } from 'react'
import layout from '../../shared/controls/layout.module.css'
import { Notice } from '../../shared/controls/Panels.tsx'
import { formatTime } from '../../shared/format/format.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'

const t = texts.pages.dashboard.peerReach
/** A router answers within seconds, and peers connect at any time. */
const ASK_AGAIN_MS = 15_000

/** Whether peers from outside can connect, asked again and again. */
export function usePeerReach(): PeerReach | undefined {
  const { api } = useNode()
  const { value, reload } = useAsked(signal => api.getPeerReach({}, { signal }), [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: one timer for each answer.
  useEffect(() => {
    const timer = setTimeout(reload, ASK_AGAIN_MS)
    return () => clearTimeout(timer)
  }, [value])
  return value
}

/** Why nobody can connect and what to do, and the ports that routers opened. */
export function PeerReachDetails({ reach }: { reach: PeerReach }) {
  const open = reach.mappings.filter(({ externalPort }) => externalPort !== null)
  return (
    <>
      {reach.problem && (
        <Notice tone="warn">{t.problems[reach.problem.code]({ port: String(reach.port) })}</Notice>
      )}
      <ul className={layout.soft}>
        {open.map(mapping => (
          <li key={`${mapping.transport} ${mapping.internalAddress}`}>{mappingText(mapping)}</li>
        ))}
      </ul>
    </>
  )
}

function mappingText(mapping: PortMapping): string {
  const words = portMappingWords(mapping)
  return mapping.expiresMs === null
    ? t.permanent(words)
    : t.mapping({ ...words, time: formatTime(mapping.expiresMs) })
}
