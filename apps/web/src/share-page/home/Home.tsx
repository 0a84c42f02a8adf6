import { useEffect } from 'react'
import { texts } from '../../texts/share-page.ts'
import { Kept } from '../view/Kept.tsx'
import { LinkField } from '../view/LinkField.tsx'
import { ShareForm } from './ShareForm.tsx'

/** The page without a link: share something, open a link, see what is kept. */
export default function Home() {
  useEffect(() => {
    document.title = texts.name
  }, [])
  return (
    <>
      <h1>{texts.home}</h1>
      <ShareForm />
      <LinkField />
      <Kept />
    </>
  )
}
