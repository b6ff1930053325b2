package io.clickstream.tools.produce;

import java.util.List;

/**
 * Names that browsers and crawlers call themselves by, as they are found in logs of web servers.
 */
final class UserAgents {

    /** Each has {@code bot} in it, in small or capital letters; no browser has. */
    private static final List<String> CRAWLERS =
            List.of(
                    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
                    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
                    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
                    "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
                    "Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot)");

    private static final List<String> PHONES =
            List.of(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
                            + " (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
                            + " Chrome/126.0.0.0 Mobile Safari/537.36");

    private static final List<String> TABLETS =
            List.of(
                    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML,"
                            + " like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
                            + " Chrome/126.0.0.0 Safari/537.36");

    private static final List<String> DESKTOPS =
            List.of(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like"
                            + " Gecko) Chrome/126.0.0.0 Safari/537.36",
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101"
                            + " Firefox/127.0",
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML,"
                            + " like Gecko) Version/17.5 Safari/605.1.15");

    /** The crawler that a bot is. */
    static String ofBot(int bot) {
        return CRAWLERS.get(bot % CRAWLERS.size());
    }

    /** The browser that a user has on a device. */
    static String ofUser(int user, String device) {
        List<String> browsers =
                switch (device) {
                    case "mobile" -> PHONES;
                    case "tablet" -> TABLETS;
                    default -> DESKTOPS;
                };
        return browsers.get(user % browsers.size());
    }

    private UserAgents() {}
}
