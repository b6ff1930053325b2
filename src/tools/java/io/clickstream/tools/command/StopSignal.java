package io.clickstream.tools.command;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The user's wish to stop. Ctrl-C and TERM ask for an orderly end at first, and abort the second
 * time.
 *
 * <p>A shutdown hook would not do: Flink's own hooks run at the same time and take away what the
 * orderly end needs. The JDK's signal handlers have no public API, hence the reflection.
 */
public final class StopSignal {

    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private volatile CountDownLatch requested = new CountDownLatch(1);

    /**
     * Handles signals from now on.
     *
     * @param abort what the second one does
     */
    public void install(Runnable abort) {
        handle(
                () -> {
                    if (isRequested()) {
                        abort.run();
                    } else {
                        request();
                    }
                });
    }

    private static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            StopSignal.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> {
                                action.run();
                                return null;
                            });
            for (String name : SIGNALS) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (InvocationTargetException e) {
            // The JVM was told to leave signals alone (-Xrs): then they end it as usual.
            return;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no sun.misc.Signal", e);
        }
    }

    /** Asks for the end. */
    public void request() {
        requested.countDown();
    }

    /** Forgets that the end was asked for, so that it can be asked for again. */
    public void reset() {
        requested = new CountDownLatch(1);
    }

    /** Whether the end was asked for. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Returns when the end was asked for. */
    public void await() throws InterruptedException {
        requested.await();
    }

    /** Returns true as soon as the end was asked for, or false after the time. */
    public boolean await(long millis) throws InterruptedException {
        return requested.await(millis, TimeUnit.MILLISECONDS);
    }
}
