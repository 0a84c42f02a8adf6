import { useEffect, useState } from 'react'
import { useWork } from '../../shared/base/use-work.ts'
import { notify } from '../../shared/controls/toasts.ts'
import { texts } from '../../shared/messages/chat-app.ts'
import { LoaderFailure, offeredRelease, takeRelease } from '../install/loader.ts'
import type { ReleaseName } from '../loader/release.ts'

/** Interval of checks for releases in an app that stays open. */
const EVERY_MS = 12 * 3600 * 1000

export interface Releases {
  /** Another release than the installed one. */
  readonly offered: ReleaseName | null
  readonly isBusy: boolean
  readonly failure: unknown
  /** Checks the server because the user asks. */
  check(): void
  /** Installs the offered release, and reloads the page. */
  take(): void
  /** Hides the offer until the next start. */
  postpone(): void
}

/** Checks for new releases of the app, and installs them when the user agrees. */
export function useReleases(): Releases {
  const [offered, setOffered] = useState<ReleaseName | null>(null)
  const [isHidden, setHidden] = useState(false)
  const { isBusy, failure, run } = useWork()
  useEffect(() => {
    // Errors are ignored while offline; a check that the user starts reports them.
    const check = () => void offeredRelease().then(setOffered, () => {})
    check()
    const timer = setInterval(check, EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return {
    offered: isHidden ? null : offered,
    isBusy,
    failure: isHidden ? null : failure,
    check() {
      setHidden(false)
      run(async () => {
        const found = await offeredRelease()
        setOffered(found)
        if (!found) notify(texts.update.none, { type: 'good' })
      })
    },
    take() {
      run(() => takeRelease(offered!))
    },
    postpone: () => setHidden(true),
  }
}

export function problemOf(failure: unknown): string {
  const { failed } = texts.update
  const code = failure instanceof LoaderFailure ? failure.code : ''
  return code in failed ? failed[code as keyof typeof failed] : failed['bad-release']
}
