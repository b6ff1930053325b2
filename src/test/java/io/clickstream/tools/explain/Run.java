package io.clickstream.tools.explain;

import io.clickstream.tools.command.ToolCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** One run of the command in this process. */
record Run(int code, String out, String err) {

    static Run of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        int code;
        try (PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            code =
                    ToolCommand.commandLine("explain", new Explain(stream))
                            .setErr(new PrintWriter(err))
                            .execute(arguments);
        }
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString());
    }
}
