import Dispatch

/// The next line of standard input, awaited on a thread that may block; `nil` at its end.
func typedLine() async -> String? {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: readLine()) }
    }
}
