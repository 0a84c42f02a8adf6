/** Texts about reading QR codes. */
export default {
  scan: 'Scan with the camera',
  stop: 'Stop the camera',
  picture: 'Read from a picture',
  camera: 'Picture of the camera',
  noCamera: 'The camera cannot be used. Allow it for this page, or paste the text of the code.',
  missed: 'No code was found in this picture.',
} as const
