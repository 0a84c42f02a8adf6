import { ContextMenu as BaseContext } from '@base-ui/react/context-menu'
import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { Icon } from './Icon.tsx'
import type { IconName } from './icons.ts'
import layout from './layout.module.css'
import styles from './Menu.module.css'

export type MenuItem =
  | {
      readonly kind?: 'item'
      readonly text: string
      readonly icon?: IconName
      readonly shortcut?: string
      readonly danger?: boolean
      readonly disabled?: boolean
      onSelect(): void
    }
  | {
      readonly kind: 'choice'
      readonly text: string
      readonly chosen: boolean
      readonly swatch?: ReactNode
      onSelect(): void
    }
  | {
      readonly kind: 'menu'
      readonly text: string
      readonly icon?: IconName
      readonly items: readonly MenuItem[]
    }
  | { readonly kind: 'group'; readonly text: string }
  | { readonly kind: 'separator' }

export interface MenuProps {
  /** The button that opens the menu. */
  readonly trigger: ReactElement
  readonly items: () => readonly MenuItem[]
  readonly align?: 'start' | 'center' | 'end'
  onOpenChange?(open: boolean): void
}

export function Menu({ trigger, items, align = 'end', onOpenChange }: MenuProps) {
  return (
    <Base.Root onOpenChange={open => onOpenChange?.(open)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} sideOffset={6} align={align}>
          <Base.Popup className={styles.popup}>
            <Items items={items()} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export interface ContextMenuProps {
  readonly children: ReactElement
  readonly items: () => readonly MenuItem[]
  onOpenChange?(open: boolean): void
}

/** A menu at the pointer: for the right button, a long press, and the menu key. */
export function ContextMenu({ children, items, onOpenChange }: ContextMenuProps) {
  return (
    <BaseContext.Root onOpenChange={open => onOpenChange?.(open)}>
      <BaseContext.Trigger render={children} />
      <BaseContext.Portal>
        <BaseContext.Positioner className={styles.positioner}>
          <BaseContext.Popup className={styles.popup}>
            <Items items={items()} />
          </BaseContext.Popup>
        </BaseContext.Positioner>
      </BaseContext.Portal>
    </BaseContext.Root>
  )
}

function Items({ items }: { items: readonly MenuItem[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the order of the items is constant while the menu is open
  return items.map((item, index) => <Item key={index} item={item} />)
}

function Item({ item }: { item: MenuItem }) {
  if (item.kind === 'separator') return <Base.Separator className={styles.separator} />
  if (item.kind === 'group') return <div className={`${layout.faint} ${styles.group}`}>{item.text}</div>
  if (item.kind === 'choice') return <Choice item={item} />
  if (item.kind === 'menu') return <Submenu item={item} />
  return (
    <Base.Item
      className={
        item.danger ? `${layout.row2} ${styles.item} ${styles.danger}` : `${layout.row2} ${styles.item}`
      }
      disabled={item.disabled === true}
      onClick={item.onSelect}
    >
      {item.icon && <Icon name={item.icon} size={16} />}
      <span className={`${layout.clip} ${layout.grow}`}>{item.text}</span>
      {item.shortcut && <span className={layout.faint}>{item.shortcut}</span>}
    </Base.Item>
  )
}

function Choice({ item }: { item: Extract<MenuItem, { kind: 'choice' }> }) {
  return (
    <Base.CheckboxItem
      className={`${layout.row2} ${styles.item}`}
      checked={item.chosen}
      onCheckedChange={item.onSelect}
    >
      <span className={`${layout.center} ${styles.mark}`}>
        <Base.CheckboxItemIndicator>
          <Icon name="check" size={16} />
        </Base.CheckboxItemIndicator>
      </span>
      {item.swatch}
      <span className={`${layout.clip} ${layout.grow}`}>{item.text}</span>
    </Base.CheckboxItem>
  )
}

function Submenu({ item }: { item: Extract<MenuItem, { kind: 'menu' }> }) {
  return (
    <Base.SubmenuRoot>
      <Base.SubmenuTrigger className={`${layout.row2} ${styles.item}`}>
        {item.icon && <Icon name={item.icon} size={16} />}
        <span className={`${layout.clip} ${layout.grow}`}>{item.text}</span>
        <Icon name="right" size={14} />
      </Base.SubmenuTrigger>
      <Base.Portal>
        <Base.Positioner className={styles.positioner} sideOffset={4} alignOffset={-5}>
          <Base.Popup className={styles.popup}>
            <Items items={item.items} />
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.SubmenuRoot>
  )
}
