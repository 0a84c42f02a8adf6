import { IconButton } from '../../../shared/controls/Button.tsx'
import { Menu, type MenuItem } from '../../../shared/controls/Menu.tsx'
import { texts } from '../../../shared/messages/texts.ts'
import { labelShown } from '../../../shared/ui/ui.ts'

const t = texts.labels

/** Actions for a label. */
export function LabelMenu({ name }: { name: string }) {
  const items = (): MenuItem[] => [
    { text: t.edit, icon: 'tag', onSelect: () => labelShown.set({ name }) },
    { kind: 'separator' },
    { text: t.remove, icon: 'trash', danger: true, onSelect: () => labelShown.set({ name, remove: true }) },
  ]
  return <Menu items={items} trigger={<IconButton icon="more" size="small" label={t.menuOf({ name })} />} />
}
