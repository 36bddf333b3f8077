import BenchmarkWork
import CFloor

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A WSE server that sends frames made before: `bench-peer WORK EVENTS [TOPICS]`.
///
/// Prints its port when the frames are ready, and ends with its input.
@main
enum Main {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        guard arguments.count >= 2, let events = Int(arguments[1]),
            let work = Work(arguments[0], topics: arguments.count > 2 ? Int(arguments[2]) ?? 1 : 1)
        else {
            print("usage: bench-peer WORK EVENTS [TOPICS]")
            exit(64)
        }
        signal(SIGPIPE, SIG_IGN)
        let frames = try PreparedFrames(work, events: events)
        var port: UInt16 = 0
        let listener = floor_listen(&port)
        guard listener >= 0 else {
            print("cannot listen")
            exit(69)
        }
        startThread {
            while true {
                let descriptor = floor_accept(listener)
                guard descriptor >= 0 else { return }
                startThread { Connection(descriptor, work, frames)?.serve() }
            }
        }
        print(port)
        fflush(nil)
        while readLine() != nil {}
    }
}
