import { Component, type ReactNode } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import { texts } from '../../../shared/messages/share-page.ts'
import { Notice } from './parts.tsx'

interface Props {
  readonly children: ReactNode
}

/** Where a part of the page fails, or cannot be loaded, the rest of it stays. */
export class Boundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <Notice action={<Button onClick={() => location.reload()}>{texts.actions.reload}</Button>}>
        {texts.partFailed}
      </Notice>
    )
  }
}
