import { useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { markWelcomed } from '../../../shared/base/first-visit.ts'
import { Button, buttonClass } from '../../../shared/controls/Button.tsx'
import { Icon } from '../../../shared/controls/Icon.tsx'
import { Problem } from '../../../shared/controls/Loading.tsx'
import { Logo } from '../../../shared/controls/Logo.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { useTitle } from '../../../shared/controls/Page.tsx'
import { notifyError } from '../../../shared/controls/toasts.ts'
import { FolderField } from '../../../shared/forms/FolderField.tsx'
import { controls } from '../../../shared/messages/controls.ts'
import { texts } from '../../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../../shared/node/context.tsx'
import { DownloadTab } from '../DownloadTab.tsx'
import { ShareTab } from '../ShareTab.tsx'
import { SpeedStep } from './SpeedStep.tsx'
import styles from './Welcome.module.css'

const t = texts.pages.welcome
const STEPS = ['folder', 'speed', 'first'] as const
const DOORS = ['share', 'link'] as const
type Door = (typeof DOORS)[number]

/** The welcome guide: folder, speed, and a first share or download. */
export function WelcomePage() {
  useTitle(t.title)
  const [, navigate] = useLocation()
  const [at, setAt] = useState(0)
  const [door, setDoor] = useState<Door | null>(null)
  const [shared, setShared] = useState(false)
  const step = STEPS[at]!
  const shown = texts.pages.welcome[shared ? 'done' : step === 'first' && door !== null ? door : step]
  const heading = useRef<HTMLHeadingElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  const go = (to: number, next: Door | null = null) => {
    setAt(to)
    setDoor(next)
    // Screen readers continue with the new step.
    heading.current?.focus()
  }
  const finish = () => {
    markWelcomed()
    navigate('/')
  }
  useTorrentAdded(finish, door !== 'share')
  return (
    <div className={`${layout.whole} ${styles.page}`}>
      <div className={`${layout.stack2} ${layout.centered}`}>
        <Logo size={44} />
        <h1>{t.title}</h1>
        {at === 0 && <p className={layout.muted}>{t.intro}</p>}
      </div>
      <ol className={styles.steps} aria-label={t.step({ step: at + 1, of: STEPS.length })}>
        {STEPS.map((name, index) => (
          <li
            key={name}
            data-done={index <= at || undefined}
            aria-current={index === at ? 'step' : undefined}
          >
            <span className="visually-hidden">{t[name].title}</span>
          </li>
        ))}
      </ol>
      <section className={`${layout.stack4} ${layout.surface} ${styles.card}`}>
        <h2 ref={heading} tabIndex={-1}>
          {shown.title}
        </h2>
        <p className={layout.muted}>{shown.body}</p>
        {step === 'folder' && <FolderStep />}
        {step === 'speed' && <SpeedStep />}
        {step === 'first' && door === null && <Doors onChoose={next => go(at, next)} />}
        {step === 'first' && door === 'link' && (
          <DownloadTab request={{ tab: 'download' }} field={field} onDone={finish} />
        )}
        {step === 'first' && door === 'share' && (
          <ShareTab
            onClose={finish}
            onShared={() => {
              markWelcomed()
              setShared(true)
            }}
          />
        )}
      </section>
      <div className={layout.row2}>
        {at > 0 && !shared && (
          <Button onClick={() => go(door === null ? at - 1 : at)}>{controls.back}</Button>
        )}
        {!shared && (
          <Link href="/" className={buttonClass('quiet')} onClick={markWelcomed}>
            {t.skip}
          </Link>
        )}
        <span className={layout.grow} />
        {step === 'first' ? (
          shared && (
            <Button variant="primary" size="large" onClick={finish}>
              {t.done.finish}
            </Button>
          )
        ) : (
          <Button variant="primary" size="large" onClick={() => go(at + 1)}>
            {t.next}
          </Button>
        )}
      </div>
    </div>
  )
}

/** Asks what to do first. */
function Doors({ onChoose }: { onChoose(door: Door): void }) {
  return (
    <div className={styles.doors}>
      {DOORS.map(door => (
        <button key={door} type="button" className={styles.door} onClick={() => onChoose(door)}>
          <Icon name={door === 'share' ? 'share' : 'download'} size={24} />
          <strong>{t[door].title}</strong>
          <span className={layout.soft}>{t.first.hints[door]}</span>
        </button>
      ))}
    </div>
  )
}

/**
 * Calls back when a torrent is added, such as by a link that was dropped or pasted while the guide
 * was open.
 */
function useTorrentAdded(onAdded: () => void, isWatching: boolean): void {
  const { torrents } = useNode()
  const latest = useRef(onAdded)
  useEffect(() => {
    latest.current = onAdded
  })
  useEffect(() => {
    if (!isWatching) return
    const before = torrents.size
    return torrents.onList(() => {
      if (torrents.size > before) latest.current()
    })
  }, [torrents, isWatching])
}

function FolderStep() {
  const { api } = useNode()
  const asked = useAsked(api => api.getSettings({}), [])
  const choose = (directory: string) =>
    api.changeSettings({ downloads: { directory } }).then(asked.set, notifyError)
  if (!asked.value && asked.error) return <Problem error={asked.error} onRetry={asked.reload} />
  return <FolderField value={asked.value?.downloads.directory ?? null} onChange={choose} />
}
