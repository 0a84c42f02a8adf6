import type { NetworkPeer } from '@shoal/api'
import layout from '../../shared/controls/layout.module.css'
import { Card } from '../../shared/controls/Panels.tsx'
import { texts } from '../../shared/messages/texts.ts'
import { shortId } from './multiaddr-text.ts'
import styles from './network.module.css'
import { linePath, pointOf } from './places.ts'

const t = texts.pages.network.picture
const RADIUS = 100
const mark = `${layout.inline} ${layout.dot}`

interface Props {
  readonly ownKey: string
  readonly knownKeys: readonly string[]
  readonly peers: readonly NetworkPeer[]
}

/**
 * A chart of all known nodes at their positions in the key space, with lines to those that are
 * connected.
 */
export function NodesPicture({ ownKey, knownKeys, peers }: Props) {
  const own = pointOf(ownKey, ownKey, RADIUS)
  const relayed = peers.filter(peer => peer.relayed).length
  const direct = peers.length - relayed
  const connectedKeys = new Set(peers.map(({ key }) => key))
  const others = [...new Set(knownKeys)].filter(key => !connectedKeys.has(key))
  const label = [
    t.label,
    t.direct({ count: direct }),
    t.relayed({ count: relayed }),
    t.known({ count: others.length }),
  ]
  return (
    <Card title={t.title} className={`${layout.stack2} ${styles.picture}`}>
      <svg viewBox="-120 -116 240 232" role="img" aria-label={label.join(' ')}>
        <circle className={styles.circle} r={RADIUS} />
        {peers.map(({ id, key, relayed }) => (
          <path
            key={id}
            className={styles.line}
            data-tone={relayed ? 'up' : 'down'}
            d={linePath(own, pointOf(key, ownKey, RADIUS))}
          />
        ))}
        {others.map(key => {
          const { x, y } = pointOf(key, ownKey, RADIUS)
          return <circle key={key} className={styles.known} cx={x} cy={y} r="2" />
        })}
        {peers.map(({ id, key, client, relayed }) => {
          const { x, y } = pointOf(key, ownKey, RADIUS)
          return (
            <circle key={id} className={styles.peer} data-tone={relayed ? 'up' : 'down'} cx={x} cy={y} r="5">
              <title>{client === null ? shortId(id) : `${shortId(id)}, ${client}`}</title>
            </circle>
          )
        })}
        <circle className={styles.own} cx={own.x} cy={own.y} r="7.5" />
      </svg>
      <ul className={`${layout.wrap2} ${layout.soft} ${styles.legend}`} aria-hidden="true">
        <li className={mark} data-own>
          {t.own}
        </li>
        <li className={mark} data-tone="down">
          {t.direct({ count: direct })}
        </li>
        {relayed > 0 && (
          <li className={mark} data-tone="up">
            {t.relayed({ count: relayed })}
          </li>
        )}
        {others.length > 0 && (
          <li className={mark} data-tone="idle">
            {t.known({ count: others.length })}
          </li>
        )}
      </ul>
      <p className={layout.soft}>{t.hint}</p>
    </Card>
  )
}
