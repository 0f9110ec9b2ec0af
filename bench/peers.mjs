// node peers.mjs PEER JOB LIST: reads account,amount rows with a header and does the job with an npm package. Prints root 0x…
import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

const [peer, job, list] = process.argv.slice(2)
const rows = []
for await (const line of createInterface({ input: createReadStream(list), crlfDelay: Infinity })) rows.push(line.split(','))
rows.shift()

const sink = createWriteStream('/dev/null')
async function write(claims) {
  let text = ''
  for (const c of claims) {
    text += JSON.stringify(c) + '\n'
    if (text.length > 1 << 20) {
      if (!sink.write(text)) await new Promise(done => sink.once('drain', done))
      text = ''
    }
  }
  sink.write(text)
}

const jobs = {
  async openzeppelin() {
    const { StandardMerkleTree } = await import('@openzeppelin/merkle-tree')
    const tree = StandardMerkleTree.of(rows, ['address', 'uint256'])
    console.log('root', tree.root)
    if (job === 'proofs') {
      await write((function* () {
        for (const [i, [account, amount]] of tree.entries()) yield { account, amount, proof: tree.getProof(i) }
      })())
    }
  },
  // The leaf of the packed account and amount, with the native keccak: the fastest way that package has.
  async merkletreejs() {
    const { MerkleTree } = await import('merkletreejs')
    const keccak = (await import('keccak')).default
    const hash = data => keccak('keccak256').update(data).digest()
    const leaves = rows.map(([account, amount]) => hash(Buffer.from(account.slice(2) + BigInt(amount).toString(16).padStart(64, '0'), 'hex')))
    const tree = new MerkleTree(leaves, hash, { sortPairs: true, sortLeaves: true })
    console.log('root', tree.getHexRoot())
    if (job === 'proofs') {
      const place = new Map(tree.getLeaves().map((leaf, i) => [leaf.toString('latin1'), i])) // without the place the package searches every time
      await write((function* () {
        for (const [i, [account, amount]] of rows.entries()) yield { account, amount, proof: tree.getHexProof(leaves[i], place.get(leaves[i].toString('latin1'))) }
      })())
    }
  },
}
await jobs[peer]()
