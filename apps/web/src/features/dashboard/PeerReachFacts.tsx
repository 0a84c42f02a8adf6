import {
  dialedAddress,
  type FamilyReach,
  type PeerReach,
  type PortMapping,
  portMappingWords,
} from '@shoal/api'
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

/** Whether others can connect in a sentence, what to do if not, what is known for each family, and the ports that routers opened. */
export function PeerReachDetails({ reach }: { reach: PeerReach }) {
  const { state, reason } = reach
  const open = reach.mappings.filter(({ externalPort }) => externalPort !== null)
  return (
    <>
      <Notice tone={state === 'unreachable' ? 'warn' : 'info'}>
        <p>{t.reasons[reason]}</p>
        {reason in t.advice && (
          <p>
            {t.advice[reason as keyof typeof t.advice]({
              port: String(reach.port),
              address: reach.ipv4.address ?? '',
            })}
          </p>
        )}
      </Notice>
      <ul className={layout.soft}>
        {state !== 'off' && (
          <>
            <FamilyItem name="IPv4" family={reach.ipv4} />
            <FamilyItem name="IPv6" family={reach.ipv6} />
          </>
        )}
        {open.map(mapping => (
          <li key={`${mapping.transport} ${mapping.internalAddress}`}>{mappingText(mapping)}</li>
        ))}
      </ul>
    </>
  )
}

function FamilyItem({ name, family }: { name: string; family: FamilyReach }) {
  const address = dialedAddress(family)
  const arrivals = family.arrivals.map(({ transport, host, atMs }) =>
    t.arrival({ transport: transport.toUpperCase(), host, time: formatTime(atMs) }),
  )
  const more = [...(address === null ? [] : [t.address({ address })]), ...arrivals]
  return (
    <li className={layout.break}>
      {t.family({ family: name, verdict: t.reasons[family.reason] })}
      {more.map(line => (
        <div key={line}>{line}</div>
      ))}
    </li>
  )
}

function mappingText(mapping: PortMapping): string {
  const words = portMappingWords(mapping)
  return mapping.expiresMs === null
    ? t.permanent(words)
    : t.mapping({ ...words, time: formatTime(mapping.expiresMs) })
}
