import { useEffect, useRef, useState } from 'react'

/**
 * A section is current when the distance between its top and that of the window is at most this.
 */
const NEAR_PX = 160

export interface SectionPlace {
  readonly name: string
  readonly top: number
  readonly bottom: number
}

/**
 * Returns the section that is being read: the last one that has reached the top, or the last of all
 * at the end of the page.
 */
export function sectionAt(sections: readonly SectionPlace[], heightPx: number): string | null {
  const last = sections.at(-1)
  if (last && last.bottom <= heightPx) return last.name
  return (sections.findLast(({ top }) => top <= NEAR_PX) ?? sections[0])?.name ?? null
}

/**
 * Returns the visible section, and a function that scrolls to a section, or to a setting in it,
 * without a history entry. The fragment of the address may name either.
 */
export function useCurrentSection(names: readonly string[]): {
  readonly current: string | null
  jump(name: string): void
} {
  const [current, setCurrent] = useState<string | null>(null)
  // A section near the end of the page cannot reach the top.
  const jumped = useRef<SectionPlace | null>(null)
  const list = names.join(' ')
  const jump = (target: string) => {
    const element = document.getElementById(target)
    if (!element) return
    const section = element.closest('section') ?? element
    element.scrollIntoView({ block: element === section ? 'start' : 'center' })
    const control =
      element === section ? section : element.querySelector<HTMLElement>('input, select, button')
    control?.focus({ preventScroll: true })
    jumped.current = place(section)
    setCurrent(section.id)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads the DOM, which depends on the names
  useEffect(() => {
    const read = () => {
      const was = jumped.current
      const now = was && document.getElementById(was.name)
      if (now && Math.abs(place(now).top - was.top) < 2) return
      jumped.current = null
      const places = list.split(' ').flatMap(name => document.getElementById(name) ?? [])
      setCurrent(sectionAt(places.map(place), innerHeight))
    }
    const follow = () => jump(decodeURIComponent(location.hash.slice(1)))
    read()
    follow()
    addEventListener('scroll', read, { capture: true, passive: true })
    // Links within the console cause the second event.
    for (const event of ['hashchange', 'pushState']) addEventListener(event, follow)
    return () => {
      removeEventListener('scroll', read, { capture: true })
      for (const event of ['hashchange', 'pushState']) removeEventListener(event, follow)
    }
  }, [list])
  return { current, jump }
}

function place(section: Element): SectionPlace {
  const { top, bottom } = section.getBoundingClientRect()
  return { name: section.id, top, bottom }
}
