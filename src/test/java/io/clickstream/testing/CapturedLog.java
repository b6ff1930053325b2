package io.clickstream.testing;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** All that is logged in this JVM on a level and above, until it is closed. */
public final class CapturedLog implements AutoCloseable {

    private final Collection<String> lines = new ConcurrentLinkedQueue<>();
    private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
    private final LoggerConfig root = context.getConfiguration().getRootLogger();
    private final Level before = root.getLevel();
    private final AbstractAppender appender =
            new AbstractAppender("captured-log", null, null, true, Property.EMPTY_ARRAY) {
                @Override
                public void append(LogEvent event) {
                    lines.add(
                            event.getMessage().getFormattedMessage()
                                    + (event.getThrown() == null ? "" : event.getThrown()));
                }
            };

    public CapturedLog(Level level) {
        appender.start();
        root.addAppender(appender, level, null);
        root.setLevel(level);
        context.updateLoggers();
    }

    public List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        root.removeAppender("captured-log");
        root.setLevel(before);
        context.updateLoggers();
        appender.stop();
    }
}
