internal import ArgumentParser
internal import Foundation
internal import WSEToolKit

extension ParsableCommand {
    /// Runs what a subcommand does, and turns what came of it into the process's exit code.
    func perform(
        _ body: (Console, Interruption) async throws(ToolError) -> ToolStatus
    ) async throws {
        let interruption = Interruption.ofProcess()
        let console = Console.process(environment: ProcessInfo.processInfo.environment, interruption)
        let status: ToolStatus
        do throws(ToolError) {
            status = try await body(console, interruption)
        } catch {
            // A person who interrupts knows it.
            if error.status != .success, !error.isInterruption { console.complain(error) }
            status = error.status
        }
        if status != .success { throw ExitCode(status.code) }
    }
}
