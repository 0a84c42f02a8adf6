import type { ShareLink } from '@shoal/links'
import { useEffect, useState } from 'react'
import { useServices } from '../services.ts'
import type { HostAnswer } from './ask-host.ts'

const AGAIN_MS = 5000

/** Returns the answer of the node that serves the page about a share. It is asked while `asks` is true, until it hands the share out. */
export function useHost(link: ShareLink, asks: boolean): HostAnswer | null {
  const { isNode } = useServices().config
  const [answer, setAnswer] = useState<HostAnswer | null>(null)
  const isOpen = asks && isNode && answer?.state !== 'here'
  useEffect(() => {
    if (!isOpen) return
    const ask = async () => setAnswer(await (await import('./ask-host.ts')).askHost(link))
    const asking = () => void ask().catch(() => {})
    asking()
    const timer = setInterval(asking, AGAIN_MS)
    return () => clearInterval(timer)
  }, [isOpen, link])
  return answer
}
