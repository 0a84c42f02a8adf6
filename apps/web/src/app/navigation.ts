import type { IconName } from '../shared/controls/icons.ts'
import type { Texts } from '../shared/messages/texts.ts'

export interface Destination {
  readonly href: string
  readonly name: keyof Texts['app']['nav']
  readonly icon: IconName
  /** Pressed after `g`. */
  readonly key: string
  owns(path: string): boolean
}

const below = (href: string) => (path: string) => path === href || path.startsWith(`${href}/`)

export const NAVIGATION: readonly Destination[] = [
  {
    href: '/',
    name: 'transfers',
    icon: 'transfers',
    key: 't',
    owns: path => path === '/' || path.startsWith('/torrents/'),
  },
  { href: '/dashboard', name: 'dashboard', icon: 'dashboard', key: 'd', owns: below('/dashboard') },
  { href: '/search', name: 'search', icon: 'search', key: 's', owns: below('/search') },
  { href: '/feeds', name: 'feeds', icon: 'feeds', key: 'f', owns: below('/feeds') },
  { href: '/settings', name: 'settings', icon: 'settings', key: 'e', owns: below('/settings') },
]
