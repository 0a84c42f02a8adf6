import { type Feature, lazyComponent } from '../../shared/feature.ts'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/texts.ts'

const { sections, access, about } = texts.settings
const { language, notices } = texts.app
const { theme } = controls

export const settings: Feature = {
  name: 'settings',
  screens: [
    {
      path: '/settings/:section?',
      component: lazyComponent(() => import('./SettingsPage.tsx').then(it => it.SettingsPage)),
    },
  ],
  menu: [{ href: '/settings', place: 10, label: texts.app.nav.settings, icon: 'settings', key: 'e' }],
  settings: [
    {
      name: 'appearance',
      label: sections.appearance!,
      words: [theme.label, theme.dark, theme.light, language.label, notices.label],
      component: lazyComponent(() => import('./Appearance.tsx').then(it => it.Appearance)),
    },
    {
      name: 'access',
      label: sections.access!,
      words: [access.logout, access.sessions, access.console.title],
      component: lazyComponent(() => import('./Access.tsx').then(it => it.Access)),
    },
    {
      name: 'about',
      label: sections.about!,
      words: Object.values(about),
      component: lazyComponent(() => import('./About.tsx').then(it => it.About)),
    },
  ],
}
