import { useEffect, useRef, useState } from 'react'

/** A section is current from the moment its top is this close to that of the window. */
const NEAR_PX = 160

export interface SectionPlace {
  readonly name: string
  readonly top: number
  readonly bottom: number
}

/** Returns the section that a reader is at: the last one that has reached the top, or the last of all at the end of the page. */
export function sectionAt(sections: readonly SectionPlace[], heightPx: number): string | null {
  const last = sections.at(-1)
  if (last && last.bottom <= heightPx) return last.name
  return (sections.findLast(({ top }) => top <= NEAR_PX) ?? sections[0])?.name ?? null
}

/** Tells which section is in view, and scrolls to one, or to a setting in it, without a step in the history. The address may name either after its `#`. */
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads the page, which the names describe
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
    // The second is from links within the console.
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
