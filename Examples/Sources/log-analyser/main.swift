// Reads recorded frames, one base64 text a line, and tells what is in them: to standard output how many events of each type
// and how large they are, to standard error what cannot be read and what is out of order. Exit code 1 if there is any of that.
// Of the project it needs nothing but WSEWire.
//
//   swift run log-analyser < frames.txt
import Terminal
import WSEWire

await runProgram("log-analyser < FRAMES", arguments: 0...0) { _ in
    var analysis = Analysis()
    var (line, problems) = (0, 0)

    func tell(_ problem: String) {
        problems += 1
        note("line \(line): \(problem)")
    }

    while let text = readLine() {
        line += 1
        // Of a line that ends with CR LF.
        let base64 = text.hasSuffix("\r") ? text.dropLast() : text[...]
        if base64.isEmpty { continue }
        do throws(Base64.Failure) {
            for problem in analysis.read(try Base64.decode(base64.utf8)) { tell(problem) }
        } catch {
            tell("\(error.message) at byte \(error.byteOffset)")
        }
    }
    // The most frequent first.
    let tallies = analysis.tallies.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    for (type, tally) in tallies {
        try show("\(tally.count) \(type) \(tally.bytes / tally.count) bytes each")
    }
    if problems > 0 { throw Failure("\(problems) problems in \(line) lines") }
}
