/**
 * The area codes of the North American Numbering Plan (+1) by the time zones in which their numbers are at home. An
 * area code that reaches into several zones stands in each of them.
 *
 * Sources: NANPA's reports of geographic area codes in service and planned (nanpa.com), CNAC's for Canada (cnac.ca),
 * and libphonenumber's map of prefixes to zones (resources/timezones, 8.13.48); as of November 2026. Codes younger
 * than that are unknown here, and count as overlays somewhere in the United States or Canada.
 */
const US: Readonly<Record<string, string>> = {
  'America/New_York':
    '201 202 203 207 212 215 216 219 220 223 227 229 231 234 239 240 248 252 260 267 269 270 272 276 283 301 302 304 ' +
    '305 313 315 317 321 324 326 329 330 332 336 339 347 351 352 363 364 380 386 401 404 407 410 412 413 419 423 434 ' +
    '436 440 443 445 448 463 470 472 475 478 484 502 508 513 516 517 518 540 551 561 567 570 571 574 582 585 586 603 ' +
    '606 607 609 610 614 616 617 624 631 640 645 646 656 667 678 679 680 681 686 689 703 704 706 716 717 718 724 727 ' +
    '728 729 732 734 740 743 754 757 762 765 770 771 772 774 781 786 802 803 804 810 812 813 814 821 826 828 835 838 ' +
    '839 843 845 848 850 854 856 857 859 860 862 863 864 865 878 904 906 908 910 912 914 917 919 929 930 934 937 941 ' +
    '943 947 948 954 959 973 978 980 984 989',
  'America/Chicago':
    '205 210 214 217 218 219 224 225 228 235 251 254 256 262 270 274 281 308 309 312 314 316 318 319 320 325 327 331 ' +
    '334 337 346 353 361 364 402 405 409 414 417 423 430 432 447 448 464 469 479 501 504 507 512 515 531 534 539 557 ' +
    '563 572 573 574 580 601 605 606 608 612 615 618 620 621 629 630 636 641 651 659 660 662 682 701 708 712 713 715 ' +
    '726 729 730 731 737 763 769 773 779 785 806 812 815 816 817 830 832 847 850 861 870 872 901 903 906 913 918 920 ' +
    '924 930 931 936 938 940 945 952 956 972 975 979 985',
  'America/Denver': '303 307 308 385 406 435 505 575 605 620 701 719 720 748 775 785 801 915 928 970 983',
  'America/Boise': '208 458 541 986',
  'America/Phoenix': '480 520 602 623 928',
  'America/Los_Angeles':
    '206 208 209 213 253 279 310 323 341 350 360 369 408 415 424 425 442 458 503 509 510 530 541 559 562 564 619 626 ' +
    '628 650 657 661 669 702 707 714 725 738 747 760 775 805 818 820 831 840 858 909 916 925 949 951 971 986',
  'America/Anchorage': '907',
  'America/Adak': '907',
  'Pacific/Honolulu': '808',
};

const CANADA: Readonly<Record<string, string>> = {
  'America/Toronto':
    '226 249 263 273 289 343 354 365 367 382 416 418 437 438 450 468 514 519 548 579 581 613 647 683 705 742 753 807 819 ' +
    '867 873 905 942',
  'America/Winnipeg': '204 306 431 474 584 639 807 867',
  'America/Regina': '306 474 639',
  'America/Edmonton': '236 250 257 306 368 403 474 587 639 672 778 780 825 867',
  'America/Fort_Nelson': '236 250 257 672 778',
  'America/Vancouver': '236 250 257 604 672 778',
  'America/Whitehorse': '867',
  'America/Atikokan': '807 867',
  'America/Halifax': '273 367 418 428 506 581 709 782 879 902',
  'America/Blanc-Sablon': '273 367 418 581',
  'America/St_Johns': '709 879',
};

/** Countries and territories with area codes of their own: ISO 3166-1 alpha-2, zone, codes. */
const OTHERS: readonly (readonly [country: string, zone: string, codes: string])[] = [
  ['AG', 'America/Antigua', '268'],
  ['AI', 'America/Anguilla', '264'],
  ['AS', 'Pacific/Pago_Pago', '684'],
  ['BB', 'America/Barbados', '246'],
  ['BM', 'Atlantic/Bermuda', '441'],
  ['BS', 'America/Nassau', '242'],
  ['DM', 'America/Dominica', '767'],
  ['DO', 'America/Santo_Domingo', '809 829 849'],
  ['GD', 'America/Grenada', '473'],
  ['GU', 'Pacific/Guam', '671'],
  ['JM', 'America/Jamaica', '658 876'],
  ['KN', 'America/St_Kitts', '869'],
  ['KY', 'America/Cayman', '345'],
  ['LC', 'America/St_Lucia', '758'],
  ['MP', 'Pacific/Saipan', '670'],
  ['MS', 'America/Montserrat', '664'],
  ['PR', 'America/Puerto_Rico', '787 939'],
  ['SX', 'America/Lower_Princes', '721'],
  ['TC', 'America/Grand_Turk', '649'],
  ['TT', 'America/Port_of_Spain', '868'],
  ['VC', 'America/St_Vincent', '784'],
  ['VG', 'America/Tortola', '284'],
  ['VI', 'America/St_Thomas', '340'],
];

/** Where an area code is at home. */
interface Area {
  /** ISO 3166-1 alpha-2. */
  country: string;
  zones: readonly string[];
}

const AREAS: ReadonlyMap<string, Area> = new Map(
  [
    ...Object.entries(US).map(([zone, codes]) => ['US', zone, codes] as const),
    ...Object.entries(CANADA).map(([zone, codes]) => ['CA', zone, codes] as const),
    ...OTHERS,
  ].reduce((areas, [country, zone, codes]) => {
    for (const code of codes.split(' ')) {
      areas.set(code, { country, zones: [...(areas.get(code)?.zones ?? []), zone] });
    }
    return areas;
  }, new Map<string, Area>()),
);

/** Not known which: an overlay younger than the table, somewhere in these two. */
const YOUNGER: Area = { country: 'US', zones: [...Object.keys(US), ...Object.keys(CANADA)] };

/**
 * Area codes that no place has: those whose last two digits are equal are "easily recognizable" and kept for services
 * (toll-free 8xx, personal 5xx, premium 900, Canada's 6xx, three-digit numbers such as 911), and so are 52x and more
 * of 5xx and 88x; 37x, 96x and x9x are kept for longer numbers (NANPA, "Area code relief and NPA assignment").
 */
const NO_PLACE =
  /^(?:\d(\d)\1|52\d|53[258]|54[23579]|55[02-46]|56[69]|578|589|456|700|710|88\d|37\d|96\d|\d9\d)$/;

/** Ten digits behind +1; neither area code nor exchange begins with 0 or 1. */
const NORTH_AMERICAN = /^\+1([2-9]\d\d)[2-9]\d{6}$/;

/**
 * The country of a +1 number's area code, ISO 3166-1 alpha-2: `US` for a code that no table knows yet. Null for a number of
 * no possible form, and for toll-free, premium, personal and other codes of no place, which receive no texts.
 */
export function countryOfArea(e164: string): string | null {
  return areaOf(e164)?.country ?? null;
}

function areaOf(e164: string): Area | null {
  const code = NORTH_AMERICAN.exec(e164)?.[1];
  if (code === undefined) return null;
  return AREAS.get(code) ?? (NO_PLACE.test(code) ? null : YOUNGER);
}

/**
 * The IANA time zones in which a number may be at home: those of a North American area code; all of the United States
 * and Canada for a code that the table does not know.
 * @returns empty for a number of another plan, or of no place
 */
export function zonesOfNumber(e164: string): readonly string[] {
  return areaOf(e164)?.zones ?? [];
}
