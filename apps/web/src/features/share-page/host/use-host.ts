import type { ShareLink } from '@shoal/links'
import { useEffect, useState } from 'react'
import { useServices } from '../services.ts'
import type { HostAnswer } from './ask-host.ts'

const AGAIN_MS = 5000

/**
 * Returns the node's answer about a share. It is requested while `asks` is true, until the node
 * serves the share.
 */
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
