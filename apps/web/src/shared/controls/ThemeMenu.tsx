import { controls } from '../messages/controls.ts'
import { useCell } from '../node/context.tsx'
import { setTheme, THEMES, theme } from '../theme/theme.ts'
import { IconButton } from './Button.tsx'
import { Menu } from './Menu.tsx'

const ICONS = { system: 'screen', light: 'sun', dark: 'moon' } as const

export function ThemeMenu() {
  const chosen = useCell(theme)
  const items = () =>
    THEMES.map(each => ({
      kind: 'choice' as const,
      text: controls.theme[each],
      chosen: each === chosen,
      onSelect: () => setTheme(each),
    }))
  return (
    <Menu
      align="start"
      trigger={<IconButton icon={ICONS[chosen]} label={controls.theme.label} />}
      items={items}
    />
  )
}
