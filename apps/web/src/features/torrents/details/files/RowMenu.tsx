import { IconButton } from '../../../../shared/controls/Button.tsx'
import { Menu } from '../../../../shared/controls/Menu.tsx'
import { canShow, kindOf } from '../../../../shared/media/kinds.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import { priorityOf, type TreeActions, type TreeNode } from '../file-tree.ts'

const say = texts.torrent.files
const PRIORITIES = [
  [7, say.priorities.high],
  [4, say.priorities.normal],
  [1, say.priorities.low],
  [0, say.priorities.none],
] as const

export interface RowMenuProps {
  readonly node: TreeNode
  readonly tabIndex: number
  readonly actions: TreeActions
}

/** Contains all actions, also if a row has no space for its own controls. */
export function RowMenu({ node, tabIndex, actions }: RowMenuProps) {
  const { link } = useNode()
  const { file } = node
  const items = () => [
    ...(file && canShow(kindOf(file))
      ? [{ text: texts.torrent.head.open, icon: 'play' as const, onSelect: () => actions.onOpen(node) }]
      : []),
    ...(file
      ? [
          {
            text: say.download,
            icon: 'download' as const,
            onSelect: () => download(link.urlOf(file.href), node.name),
          },
          { text: say.rename, icon: 'edit' as const, shortcut: 'F2', onSelect: () => actions.onRename(node) },
          { kind: 'separator' as const },
        ]
      : []),
    { kind: 'group' as const, text: say.priority },
    ...PRIORITIES.map(([priority, text]) => ({
      kind: 'choice' as const,
      text,
      chosen: priorityOf(node) === priority,
      onSelect: () => void actions.setPriority(node, priority),
    })),
  ]
  return (
    <Menu
      items={items}
      trigger={
        <IconButton icon="more" size="small" label={say.actions({ name: node.name })} tabIndex={tabIndex} />
      }
    />
  )
}

/** Downloads a file as a click on a link does: the browser saves it. */
function download(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
